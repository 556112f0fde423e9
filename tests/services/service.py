"""What RabbitMQ and Cassandra have in common: a process that takes a while until it serves."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from tests.support.ports import free_port, taken

S = TypeVar("S", bound="Service")
STOP = 60.0  # s, then it is killed


class ServiceFailed(Exception):
    """It did not start, or refused a command; says what it printed."""


class Service(ABC):
    """One server in one folder. What it stored stays there: `start` goes on where `stop` or `kill` ended.

    As a context it runs from the beginning and is killed at the end, which is quicker; `stop` it where that matters.
    """

    starting = 180.0  # s, then it is given up

    def __init__(self, folder: Path, address: str, port: int | None) -> None:
        self.folder = folder.absolute()
        self.address = address
        self.port = port or free_port(address)
        self.output = self.folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Makes what the process needs: files that it reads, processes beside it."""

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def environment(self) -> dict[str, str]: ...

    @abstractmethod
    def serves(self) -> None:
        """Asks it something; raises OSError as long as it does not answer as it should."""

    def start(self) -> None:
        """Returns when it serves. Does nothing if it runs."""
        self.launch()
        self.wait_until_up()

    def launch(self) -> None:
        """Starts the process and returns at once, so that several can start side by side."""
        if self.pid is not None:
            return
        self._wait_for_end()
        self.check_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches whoever started it, who stops it in order
            )
        self._watcher = watcher(self._process.pid)

    def check_port(self) -> None:
        """Raises ServiceFailed if another server has it, which would be taken for this one."""
        if taken(self.address, self.port):
            name = type(self).__name__
            raise ServiceFailed(f"Port {self.port} is taken, {name} cannot start there: is another {name} running?")

    def wait_until_up(self) -> None:
        end = time.monotonic() + self.starting
        while not answers(self.serves):
            if self.pid is None or time.monotonic() > end:
                how = "ended" if self.pid is None else f"did not serve within {self.starting:.0f} s"
                self.end()
                raise ServiceFailed(f"{type(self).__name__} in {self.folder} {how}:\n{self.last_output()}")
            time.sleep(0.05)

    def last_output(self) -> str:
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-40:])

    @property
    def pid(self) -> int | None:
        """Of the server itself, no shell around it; None when it does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def stop(self) -> None:
        """In order, as an operator would; also when it is paused. Does nothing if it does not run."""
        self._signal(signal.SIGTERM)
        self.resume()
        self._wait_for_end()

    def kill(self) -> None:
        """As when the machine loses power, except that the system's file cache survives."""
        self._signal(signal.SIGKILL)
        self._wait_for_end()

    def pause(self) -> None:
        """It keeps its connections and answers nothing, as a machine behind a broken network would."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, number)

    def _wait_for_end(self) -> None:
        if self._process is not None:
            try:
                self._process.wait(STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._watcher is not None:
            self._watcher.communicate(b"ended\n")
            self._watcher = None

    def end(self) -> None:
        """Leaves no process behind, of this server or beside it, and takes no time."""
        self.kill()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:  # an interrupt as well: whoever waits for the start must not leave it running
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


@contextmanager
def launched(service: S) -> Iterator[S]:
    """As `with service`, without waiting until it is up."""
    try:
        service.launch()
        yield service
    finally:
        service.end()


def watcher(pid: int) -> subprocess.Popen[bytes]:
    """Kills a process when ours ends without having reported that it did: a killed test run stops nothing itself."""
    command = ["/bin/sh", "-c", f"read -r ended || kill -9 {pid}"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def answers(ask: Callable[[], object]) -> bool:
    """Whether a server answered: neither refused nor kept us waiting."""
    try:
        ask()
    except OSError:
        return False
    return True


def inherited() -> dict[str, str]:
    """The environment that a server needs from ours: nothing that configures another one."""
    return {name: os.environ[name] for name in ("PATH", "TZ", "TMPDIR") if name in os.environ} | {"LANG": "C.UTF-8"}
