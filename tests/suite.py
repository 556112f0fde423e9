"""Runs the tests in several processes at once: `python -m tests.suite [--plan] [--long] [arguments of pytest]`.

One RabbitMQ and one Cassandra serve all workers; a file of tests runs in one worker, so that its tests share what the
file starts. `--plan` says what `make test` will do, and nothing else; any Python runs it. `--long` runs the tests with
the mark `long` alone, in their full doses.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.services.service import Service, ServiceFailed, launched

# Half of the time a test waits for something: for a process that starts, for a link that is found broken.
WORKERS = max(4, 2 * (os.cpu_count() or 1))
NEEDED = 4 << 30  # bytes of disk for the servers' files
LAST = Path(".pytest_cache/last-{}.json")
SLOWEST = 10
FIRST_TIME = {"suite": "17 to 21 minutes on two cores", "long": "a time that was not measured yet"}
PLAN = """First set-up (minutes, once), types and style and the web client's tests (a minute), then unit, integration
and acceptance tests beside each other: {}."""
STOP = 60.0  # s, then pytest is killed


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.suite", add_help=False)
    arguments.add_argument("--long", action="store_true")
    arguments.add_argument("--plan", action="store_true")
    options, more = arguments.parse_known_args()
    kind = "long" if options.long else "suite"
    if options.plan:
        print(PLAN.format(_expected(kind)))
        return 0
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    try:
        print(f"{WORKERS} workers, one RabbitMQ, one Cassandra: {_expected(kind)}.", flush=True)
        with tempfile.TemporaryDirectory(prefix="herenow-tests-", ignore_cleanup_errors=True) as folder:
            check_disk(Path(folder))
            code = _run(kind, Path(folder), more)
    except ServiceFailed as error:
        print(f"The tests cannot run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    _note(kind, time.monotonic() - began, whole=not more)
    return code


def _expected(kind: str) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError):
        last = json.loads(Path(str(LAST).format(kind)).read_text())
        return f"the last whole run here took {_minutes(last['seconds'])} min"
    return FIRST_TIME[kind]


def _minutes(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


def check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        raise ServiceFailed(
            f"{folder.parent} has {free >> 20} MB free, the tests need {NEEDED >> 20} MB:"
            " make room there, or name another folder with TMPDIR"
        )


def _run(kind: str, folder: Path, more: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", f"-n{WORKERS}", "--dist=loadfile", "--no-loadscope-reorder"]
    command += [f"--durations={SLOWEST}", "--durations-min=1", f"--basetemp={folder}/tests"]
    # One day's runs try the same examples: what fails here fails again, and the long suite looks for new ones.
    seed = os.environ.setdefault("HERENOW_TEST_SEED", time.strftime("%Y-%m-%d", time.gmtime()))
    command += (["-m", "long"] if kind == "long" else [f"--hypothesis-seed={seed}"]) + more
    doses = {"HERENOW_TEST_LONG": "1"} if kind == "long" else {}
    with _services(folder) as (places, services), _started(command, places | doses) as running:
        return watch(running, services)


@contextlib.contextmanager
def _services(folder: Path) -> Iterator[tuple[dict[str, str], list[Service]]]:
    """What tells tests where the servers are, and those that were started here: none that the environment names."""
    environment: dict[str, str] = {}
    services: list[Service] = []
    with contextlib.ExitStack() as stack:
        if "HERENOW_TEST_AMQP" not in os.environ:
            rabbitmq = stack.enter_context(launched(RabbitMQ(folder / "rabbitmq")))
            environment |= {"HERENOW_TEST_AMQP": rabbitmq.url(), "HERENOW_TEST_MANAGEMENT": rabbitmq.management}
            services.append(rabbitmq)
        if "HERENOW_TEST_CASSANDRA" not in os.environ:
            cassandra = stack.enter_context(launched(Cassandra(folder / "cassandra", heap="1g", shared=True)))
            environment["HERENOW_TEST_CASSANDRA"] = f"cassandra://{cassandra.address}:{cassandra.port}"
            services.append(cassandra)
        for service in services:
            service.wait_until_up()
        yield environment, services


def watch(running: subprocess.Popen[bytes], services: list[Service]) -> int:
    """pytest's exit code. Raises ServiceFailed as soon as a server ends that all tests share."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return running.wait(1)
        for service in services:
            if service.pid is None:
                name = type(service).__name__
                raise ServiceFailed(f"{name} ended while tests used it; its last lines:\n{service.last_output()}")


@contextlib.contextmanager
def _started(command: list[str], more: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """pytest, which is interrupted where the body ends before it, and says what failed until then."""
    with subprocess.Popen(command, env=os.environ | more, start_new_session=True) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running.wait(STOP)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)  # what tests have started, too


def _note(kind: str, seconds: float, *, whole: bool) -> None:
    """Says what the run took, and keeps it for the next one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{_minutes(seconds)} min of the clock, {_minutes(used.ru_utime + used.ru_stime)} min of processor time.")
    if whole:
        last = Path(str(LAST).format(kind))
        last.parent.mkdir(exist_ok=True)
        last.write_text(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    sys.exit(main())
