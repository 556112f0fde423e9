"""What deploy/ ships beside alerts and proxies is examined by its own tools."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
INSTALLED = "/opt/herenow/bin/herenow"
MOST_EXPOSED = 40  # of 100, as systemd counts it


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_right_and_little_exposed(unit: Path, tmp_path: Path) -> None:
    """Its command is one of Herenow's."""
    text = unit.read_text()
    assert INSTALLED in text
    herenow = Path(sys.executable).with_name("herenow")
    copy = tmp_path / unit.name
    copy.write_text(text.replace(INSTALLED, str(herenow)))
    for examination in (["verify", "--man=no"], ["security", "--offline=true", f"--threshold={MOST_EXPOSED}"]):
        done = run("systemd-analyze", *examination, str(copy))
        assert done.returncode == 0, done.stdout + done.stderr
    command = text.partition(f"ExecStart={INSTALLED} ")[2].splitlines()[0].split()
    assert run(str(herenow), *command, "--help").returncode == 0


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
