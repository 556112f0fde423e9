"""`python -m tests.support.way` writes docs/way-of-a-position.md: what is called between a report and its frame."""

import json
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from websockets.sync.client import ClientConnection, connect

from tests.support.delivery_checker import V1
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.server import Server, watched

DOCUMENT = Path(__file__).parents[2] / "docs" / "way-of-a-position.md"
REPORTS = 12
FIRST = 2  # whose way is counted: the ones before meet a device that is not known yet, and fill caches
REST = 0.3  # s between reports, in which timers may run

HEAD = """`python -m tests.support.way` writes this page, and a test compares it with the code. A known device reports \
one position over HTTP, on an open connection, to `herenow run` with SQLite. One viewer sees it over a WebSocket in \
JSON. From the first byte of the request to the frame on the socket, Herenow makes {calls} calls of {functions} \
functions in {files} files. Comprehensions do not count as calls. The files are in the order of their first calls."""
COLUMNS = 100

Call = tuple[str, str]  # file in the package, function


class Way(NamedTuple):
    order: Sequence[Call]  # of the first calls
    times: dict[Call, int]

    @property
    def calls(self) -> int:
        return sum(self.times.values())

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(file for file, _ in self.order))

    def document(self) -> str:
        head = HEAD.format(calls=self.calls, functions=len(self.times), files=len(self.files))
        items = [textwrap.fill(self._item(file), COLUMNS, subsequent_indent="  ") for file in self.files]
        return "\n".join(["# The way of a position", "", textwrap.fill(head, COLUMNS), "", *items, ""])

    def _item(self, file: str) -> str:
        named = [(name.replace(".<locals>", ""), self.times[of, name]) for of, name in self.order if of == file]
        functions = [f"`{name}`" + (f" ({times} times)" if times > 1 else "") for name, times in named]
        return f"- `{file}`: {', '.join(functions)}"


def way(folder: Path) -> Way:
    """What is called for each of several reports: timers that run beside some of them are no part of it."""
    file = folder / "calls.tsv"
    server = [sys.executable, "-m", "tests.support.traced_server", str(file), "run"]
    options = ["--port", str(free_port()), "--store", f"sqlite:///{folder / 'positions.db'}"]
    process = subprocess.Popen([*server, *options], stderr=subprocess.PIPE, text=True)
    with watched(process) as started:
        started.wait_until_ready()
        spans = _report(started)
        assert started.stop() == 0
    calls = [_call(line) for line in file.read_text().splitlines()]
    return _common([[call for moment, call in calls if began <= moment <= ended] for began, ended in spans])


def _report(server: Server) -> list[tuple[int, int]]:
    """When each report was sent, and when its frame had come."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with (
        connect(server.live_url, subprotocols=[V1]) as viewer,
        socket.create_connection((host, int(port)), PATIENCE) as device,
    ):
        viewer.send(json.dumps({"type": "view", "bbox": [24, 59, 26, 61], "zoom": 9}))
        assert json.loads(viewer.recv(timeout=PATIENCE))["type"] == "snapshot"
        return [_sent(viewer, device, number) for number in range(REPORTS)][FIRST:]


def _sent(viewer: ClientConnection, device: socket.socket, number: int) -> tuple[int, int]:
    time.sleep(REST)
    position = {
        "device_id": "van",
        "time": time.time_ns() // 1_000_000,
        "latitude": 60 + number / 1000,
        "longitude": 25,
    }
    body = json.dumps([position]).encode()
    head = f"POST /api/positions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    began = time.monotonic_ns()
    device.sendall(head.encode() + body)
    while (message := json.loads(viewer.recv(timeout=PATIENCE)))["type"] != "update":
        pass
    ended = time.monotonic_ns()
    assert [one["device_id"] for one in message["positions"]] == ["van"]
    assert device.recv(4096).startswith(b"HTTP/1.1 200")
    return began, ended


def _call(line: str) -> tuple[int, Call]:
    moment, file, name = line.split("\t")
    return int(moment), (file, name)


def _common(ways: Sequence[Sequence[Call]]) -> Way:
    counted = [Counter(call for call in one if not call[1].endswith("comp>")) for one in ways]
    times = {call: min(one[call] for one in counted) for call in counted[0]}
    times = {call: least for call, least in times.items() if least and not call[1].endswith("<genexpr>")}
    return Way([call for call in dict.fromkeys(ways[0]) if call in times], times)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        DOCUMENT.write_text(way(Path(temporary)).document())
