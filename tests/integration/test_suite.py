"""The runner of the tests names what keeps it from running, and tests run from any parent."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import suite
from tests.services.rabbitmq import NameServer
from tests.services.service import ServiceFailed
from tests.support.patience import PATIENCE


def test_a_full_disk_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "NEEDED", 1 << 60)
    with pytest.raises(ServiceFailed, match=r"MB free, the tests need 1099511627776 MB: make room there, or .*TMPDIR"):
        suite.check_disk(tmp_path)


def test_a_server_that_ends_while_tests_use_it_is_named_at_once(tmp_path: Path) -> None:
    forever = [sys.executable, "-c", "import time; time.sleep(600)"]
    with NameServer(tmp_path) as server, subprocess.Popen(forever) as running:
        server.kill()
        with pytest.raises(ServiceFailed, match="NameServer ended while tests used it"):
            suite.watch(running, [server])
        running.kill()


def test_a_test_that_sends_an_interrupt_passes_though_its_parent_ignores_interrupts() -> None:
    one = "tests/acceptance/test_commands.py::test_ctrl_c_ends_a_simulation_without_a_traceback"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert done.returncode == 0, done.stdout


def test_packages_that_cannot_be_installed_are_named() -> None:
    done = subprocess.run(
        ["/bin/bash", "scripts/packages", "chromium"],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert "Missing: chromium." in done.stderr
    assert "apt-get install chromium" in done.stderr
