"""The OpenAPI document against the server, by a program that makes questions of it: none is answered 500, or by a
status, a type or a shape that is not documented."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.dose import dose, long
from tests.support.http_requests import get
from tests.support.server import Server, report, running, wait_for

NOW = time.time_ns() // 1_000_000
PROTOCOL = Path(__file__).parent.parent.parent / "docs" / "protocol.md"
LONG, SHORT = dose((20, 8), full=(90, 30))  # s of making questions: of all paths, and of those of one device
WITHIN = 120  # s for a run to begin and to end, too
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
)
ENDLESS = "^/live/sse$"  # a stream without an end
# 503: what is being prepared, or too much at a time; 504: a device that takes no commands.
CONFIGURATION = """
[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503, 504]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("document")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """Three vans that drove for half an hour, and rollups of that."""
    with running(folder / "positions.db") as started:
        rows = [fix(f"van {van}", van, number) for van in range(3) for number in range(60)]
        assert report(started, *rows).json()["accepted"] == len(rows)
        wait_for(lambda: get(started, "/api/devices/van 0/traces").json()["rollups"] > 0)
        yield started


def fix(device_id: str, van: int, number: int) -> dict[str, object]:
    place = {"latitude": 60 + number / 1e4, "longitude": 25.0 + van, "speed": 9.0}
    return {"device_id": device_id, "time": NOW - 3_600_000 + number * 30_000, "attributes": {"kind": "van"}, **place}


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """With the statuses of docs/protocol.md in the place of `default`, which allows any."""
    statuses = re.findall(r"^\| (4\d\d|5\d\d) \|", PROTOCOL.read_text(), re.MULTILINE)
    assert "404" in statuses
    for operations in document["paths"].values():
        for operation in operations.values():
            problem = operation["responses"].pop("default")
            operation["responses"] |= {status: problem for status in statuses if status not in operation["responses"]}
    return document


@long
@pytest.mark.parametrize("device_id", [None, "van 0"])
def test_no_question_is_answered_in_an_undocumented_way(server: Server, folder: Path, device_id: str | None) -> None:
    """Of devices by any name, then of one that reported; only the first run may erase some."""
    document, configuration = folder / "openapi.json", folder / "schemathesis.toml"
    document.write_text(json.dumps(strict(get(server, "/openapi.json").json())))
    known = f'[parameters]\n"path.device_id" = {json.dumps(device_id)}\n' if device_id else ""
    configuration.write_text(CONFIGURATION + known)
    key = (folder / "positions.db.erase-key").read_text()
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(configuration), "run", str(document)]
    command += ["--url", server.url, "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"]
    command += ["--max-time", str(SHORT if device_id else LONG), "--seed", "1", "--continue-on-failure"]
    command += ["--warnings", "off"]
    command += ["--exclude-path-regex", ENDLESS, "--request-timeout", "20"]
    command += ["--include-path-regex", "device_id", "--exclude-method", "DELETE"] if device_id else []
    command += [] if device_id else ["--header", f"Authorization:Bearer {key}"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=WITHIN)
    assert found.returncode == 0, found.stdout[-10_000:] + found.stderr[-2000:]
    assert re.search(r"[1-9]\d* generated", found.stdout)
    assert "in a way nobody expected" not in server.output()
