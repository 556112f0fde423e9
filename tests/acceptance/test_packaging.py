"""Installed from a wheel into an empty environment, `herenow run` takes positions and shows the page."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.server import report, watched
from tests.support.sockets import fix

ROOT = Path(__file__).parent.parent.parent
SLOW = 600.0  # s; packages are fetched


def run(*command: str | Path, folder: Path = ROOT) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SLOW, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    [found] = folder.glob("herenow-*.whl")
    return found


def test_the_wheel_has_the_page_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"herenow", "herenow_compare"}
    for name in ("herenow/web/index.html", "herenow/py.typed", "herenow/store/sqlite/schema.sql"):
        assert name in names
    assert any(re.fullmatch(r"herenow/web/assets/[\w-]+\.js", name) for name in names)


@pytest.mark.timeout(2 * SLOW)
def test_herenow_runs_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", environment)
    run(environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile", wheel, folder=tmp_path)
    command = [str(environment / "bin" / "herenow"), "run", "--port", str(free_port())]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("HERENOW_", "PYTHON"))}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables, cwd=tmp_path)
    with watched(process) as server:
        server.wait_until_ready()
        assert report(server, fix("a", 25.0, 60.0)).json()["accepted"] == 1
        page = httpx.get(server.url, timeout=PATIENCE)
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        assert server.stop() == 0
    assert (tmp_path / "data" / "herenow.db").exists()
