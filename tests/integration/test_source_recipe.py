"""The recipe of CONTRIBUTING.md for a protocol over HTTP, followed to the letter in a copy of the package."""

import os
import re
import shutil
import sys
import textwrap
import time
from pathlib import Path

import httpx
import pytest

import herenow
from tests.support.patience import PATIENCE
from tests.support.server import running

CONTRIBUTING = Path(__file__).parent.parent.parent / "CONTRIBUTING.md"
NOW = time.time_ns() // 1_000_000
NOT_COPIED = shutil.ignore_patterns("web", "demo", "__pycache__")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Herenow with the source of the recipe."""
    copy = tmp_path / "herenow"
    shutil.copytree(Path(herenow.__file__).parent, copy, ignore=NOT_COPIED)
    found = re.search(r"This is a whole source:\n\n +```python\n(.*?) +```", CONTRIBUTING.read_text(), re.DOTALL)
    assert found
    (copy / "sources" / "lines.py").write_text(textwrap.dedent(found[1]))
    registry = copy / "sources" / "registry.py"
    text = registry.read_text()
    assert "    JsonReports(),\n" in text
    text = text.replace("    JsonReports(),\n", "    JsonReports(),\n    Lines(),\n")
    registry.write_text(text.replace("\nHTTP: ", "\nfrom herenow.sources.lines import Lines\n\nHTTP: ", 1))
    return tmp_path


def test_one_module_and_one_line_are_a_source(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package), *sys.path]))
    with running(tmp_path / "positions.db") as server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:

        def post(body: str | bytes) -> tuple[int, str]:
            answer = client.post("/api/sources/lines", content=body)
            return answer.status_code, answer.text

        assert post(f"van,{NOW},60.1,25\nno position\nvan,{NOW + 1000},60.2,25\nvan,{NOW},91,25") == (200, "2")
        assert post("no position") == (422, "0")
        assert post(b"\xff\nvan,nan,1,2\nvan,inf,1,2") == (422, "0")
        kept = client.get("/api/devices/van/track").json()["positions"]
        assert [(one["time"], one["latitude"], one["source"]) for one in kept] == [
            (NOW, 60.1, "lines"),
            (NOW + 1000, 60.2, "lines"),
        ]
        # What the registry gives to each source: bounds, encodings, methods, the document.
        assert client.post("/api/sources/lines", content=b"x" * 70_000).status_code == 413
        assert client.post("/api/sources/lines", content=b"", headers={"Content-Encoding": "br"}).status_code == 415
        assert client.get("/api/sources/lines").headers["Allow"] == "POST"
        described = client.get("/openapi.json").json()["paths"]["/api/sources/lines"]["post"]
        assert described["requestBody"]["content"] == {"text/plain": {"schema": {"type": "string"}}}
        assert described["description"] == "Stores positions from lines of text."
