"""Viewers by the thousand, from a client in plain C that costs much less than the server (benchmarks/native/load.c).

It is compiled when a source is newer than what was made, into .services/bench/.
"""

import json
import select
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import msgspec

NATIVE = Path(__file__).parent / "native"
MADE = Path(__file__).parent.parent / ".services" / "bench" / "load"
COMPILE = ("cc", "-O2", "-Wall", "-Wextra", "-Werror")
WIRES = ("herenow.json.v1", "herenow.bin.v1")
LONGEST = 120.0  # s that an answer of the client may take
FLOOR_ROUNDS, FLOOR_GAP = 25, 20  # rounds, ms between them


class Refused(Exception):
    """The server answered the handshake with another status than 101."""


class Latency(msgspec.Struct, frozen=True):
    """ms from publication to receipt, up to 1 ms too much: a timestamp is cut to whole ms."""

    p50: float
    p99: float
    p999: float
    max: float


class Figures(msgspec.Struct, frozen=True):
    """What all viewers together were sent since `reset`. Frames are those of positions; stats and pings are notices."""

    seconds: float
    cpu: float  # s, the client's own
    connected: int
    frames: int
    bytes: int
    positions: int
    notices: int
    notice_bytes: int
    broken: int  # binary frames that could not be read
    closed: int  # connections, by the server
    newest: Latency  # of the newest position of each update
    oldest: Latency  # of the oldest one


class Return(msgspec.Struct, frozen=True):
    """How viewers that had lost their connection came back."""

    half: float  # s until half of them had a frame of positions again
    all: float  # s
    viewers: int
    snapshots: int  # answered by a snapshot; the others by an update
    bytes: int  # of those answers
    failed: int  # tries to connect


class Viewers:
    """`with Viewers(port, 1000, "herenow.json.v1", [view]) as viewers:` begins once every viewer had its snapshot.

    Each says one of the views, in turn. The last `deaf` of them then stop reading. Raises Refused.
    """

    def __init__(self, port: int, count: int, subprotocol: str, views: Sequence[bytes], deaf: int = 0) -> None:
        self._arguments = (str(port), str(count), subprotocol)
        self._views = views
        self._deaf = deaf

    def __enter__(self) -> Self:
        with tempfile.NamedTemporaryFile(suffix=".views") as file:
            file.write(b"\n".join(self._views) + b"\n")
            file.flush()
            command = [str(build()), "viewers", *self._arguments, file.name, str(self._deaf)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                reply = self._line()
            except RuntimeError:
                self._stop()
                raise
        if reply != "ready":
            self._stop()
            raise Refused(reply.removeprefix("refused "))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def reset(self) -> None:
        self._say("reset")

    def report(self) -> Figures:
        self._say("report")
        return msgspec.json.decode(self._line(), type=Figures)

    def cut(self) -> Return:
        """Closes every connection and waits until all viewers are current again."""
        self._say("cut")
        return msgspec.json.decode(self._line(), type=Return)

    def expect_restart(self) -> None:
        """To be called before the server is stopped; time counts from here."""
        self._say("restart")

    def returned(self) -> Return:
        """Waits until all viewers are current again."""
        return msgspec.json.decode(self._line(), type=Return)

    def _say(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], LONGEST)[0]:
            raise RuntimeError(f"the viewers were not where they should be within {LONGEST:.0f} s")
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("the load client ended; its message is above")
        return line

    def _stop(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def floor(viewers: int, size: int) -> float:
    """µs of processor time to hand one frame of that size to the system for one viewer, by bare send(2)."""
    command = [str(build()), "floor", str(viewers), str(size), str(FLOOR_ROUNDS), str(FLOOR_GAP)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return cast("float", cast("dict[str, Any]", json.loads(done.stdout))["us"])


def build() -> Path:
    """The client, compiled if it must be. Raises RuntimeError where there is no C compiler."""
    sources = [*NATIVE.glob("*.c"), *NATIVE.glob("*.h")]
    if MADE.exists() and MADE.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return MADE
    MADE.parent.mkdir(parents=True, exist_ok=True)
    command = [*COMPILE, "-o", str(MADE), *(str(source) for source in sorted(NATIVE.glob("*.c")))]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError as error:
        raise RuntimeError("the load client needs a C compiler; on Debian and Ubuntu: apt-get install gcc") from error
    return MADE
