"""How what viewers are due is written: once for all who look at the same over the same wire."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from herenow.live.fleet import Fleet, Rows, Steps
from herenow.live.zoom_level import Marks
from herenow.model.clock import Clock
from herenow.wire import binary, json, legacy_article, websocket_frames

NOT_COPIED = 16_384  # bytes; greater blocks are handed on as they are

Written = list[bytes]  # one message, in pieces to be sent one after the other

T = TypeVar("T")


class HubState:
    """What all wires tell of: the fleet, and the number of its present state."""

    def __init__(self, fleet: Fleet, epoch: str, clock: Clock) -> None:
        self.fleet = fleet
        self.epoch = epoch
        self.seq = 0
        self.clock = clock


class Encoder(Protocol):
    ping: bytes  # means nothing, and shows whatever lies between that the connection lives

    def warm(self, rows: Rows) -> None:
        """Encodes what is kept of each row, so that a block of them is quick."""

    def encode_blocks(self, rows: Rows, starts: Sequence[int], named: Marks) -> list[bytes]:
        """Rows as they are now, cut into blocks that begin at `starts`; to be joined into messages by `write`."""

    def encode_steps(self, steps: Steps, named: Marks) -> bytes:
        """One block of what devices moved to, in order, and not only where they are now."""

    def write(self, blocks: Sequence[bytes], *, snapshot: bool, view: int = 0) -> Written:
        """A message of blocks; `view` is the number of the view that it answers."""

    def text(self, content: bytes) -> bytes | None:
        """A message that is not about positions; None where the wire has none."""


class Texts:
    """The JSON of a device, encoded again only after a change. Holds one text for each device that a viewer of JSON
    received."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._texts: dict[int, tuple[object, bytes]] = {}

    def forget(self) -> None:
        """Rows are other ones now."""
        self._texts.clear()

    def of(self, row: int) -> bytes:
        device = self._fleet.devices[row]
        known = self._texts.get(row)
        if known is not None and known[0] is device:
            return known[1]
        text = json.encode_live(device)
        self._texts[row] = device, text
        return text


class JsonEncoder:
    """`herenow.json.v1`, over a WebSocket."""

    ping = websocket_frames.PING

    def __init__(self, state: HubState, texts: Texts) -> None:
        self._state = state
        self._texts = texts

    def warm(self, rows: Rows) -> None:
        for row in rows.tolist():
            self._texts.of(row)

    def encode_blocks(self, rows: Rows, starts: Sequence[int], named: Marks) -> list[bytes]:  # noqa: ARG002 - names are in all
        return [b",".join(map(self._texts.of, piece)) for piece in _cut(rows.tolist(), starts)]

    def encode_steps(self, steps: Steps, named: Marks) -> bytes:  # noqa: ARG002 - as above
        return b",".join(json.encode_live(device) for _, device in steps)

    def write(self, blocks: Sequence[bytes], *, snapshot: bool, view: int = 0) -> Written:
        state, kind = self._state, "snapshot" if snapshot else "update"
        head = json.message_head(kind, state.epoch, state.seq, state.clock(), view).encode()
        pieces = [head + b"["]
        for block in blocks:
            pieces += (block, b",")
        pieces[-1 if blocks else 1 :] = (b"]}",)
        return self._framed(pieces, sum(map(len, pieces)))

    def _framed(self, pieces: Written, length: int) -> Written:
        pieces.insert(0, websocket_frames.head(websocket_frames.TEXT, length))
        return pieces if length > NOT_COPIED else [b"".join(pieces)]

    def text(self, content: bytes) -> bytes | None:
        return websocket_frames.text(content)


class EventEncoder(JsonEncoder):
    """The same as a stream of events; the id of one is what its reader needs to resume."""

    ping = b":\n\n"

    def _framed(self, pieces: Written, length: int) -> Written:  # noqa: ARG002 - a stream has no lengths
        start = b"id: %b:%d\ndata: " % (self._state.epoch.encode(), self._state.seq)
        return [b"".join((start, *pieces, b"\n\n"))]

    def text(self, content: bytes) -> bytes | None:
        return b"data: %b\n\n" % content


class BinaryEncoder:
    """`herenow.bin.v1`, for viewers that `requested` these columns."""

    ping = websocket_frames.PING

    def __init__(self, state: HubState, requested: frozenset[str] = frozenset()) -> None:
        self.requested = requested
        self._state = state
        self._epoch = bytes.fromhex(state.epoch)
        self._names: dict[int, tuple[str | None, str | None, bytes]] = {}  # name, kind, and both as written, by row

    def forget(self) -> None:
        """Rows are other ones now."""
        self._names.clear()

    def warm(self, rows: Rows) -> None:
        for row in rows.tolist():
            self._name(row)

    def encode_blocks(self, rows: Rows, starts: Sequence[int], named: Marks) -> list[bytes]:
        names = [self._name(row) if mark else b"" for row, mark in zip(rows.tolist(), named.tolist(), strict=True)]
        pieces = [[name for name in piece if name] for piece in _cut(names, starts)]
        return binary.blocks(self._state.fleet.columns["record"][rows], starts, pieces, self.requested)

    def _name(self, row: int) -> bytes:
        device = self._state.fleet.devices[row]
        known = self._names.get(row)
        if known is None or known[0] != device.name or known[1] != device.kind:
            known = self._names[row] = device.name, device.kind, binary.name(row, device)
        return known[2]

    def encode_steps(self, steps: Steps, named: Marks) -> bytes:
        names = [binary.name(row, device) for (row, device), mark in zip(steps, named, strict=True) if mark]
        return binary.blocks(binary.records(steps), [0], [names], self.requested)[0]

    def write(self, blocks: Sequence[bytes], *, snapshot: bool, view: int = 0) -> Written:
        state, kind = self._state, binary.SNAPSHOT if snapshot else binary.UPDATE
        head = binary.head(kind, view, state.seq, state.clock(), self._epoch)
        length = len(head) + sum(map(len, blocks))
        start = websocket_frames.head(websocket_frames.BINARY, length) + head
        return [start, *blocks] if length > NOT_COPIED else [b"".join((start, *blocks))]

    def text(self, content: bytes) -> bytes | None:
        return websocket_frames.text(content)


class ArticleEncoder:
    """The article's: a frame a position, and no snapshot but the same frames."""

    ping = websocket_frames.PING

    def __init__(self, state: HubState) -> None:
        self._fleet = state.fleet

    def warm(self, rows: Rows) -> None:
        """Nothing is kept."""

    def encode_blocks(self, rows: Rows, starts: Sequence[int], named: Marks) -> list[bytes]:  # noqa: ARG002 - it has no names
        devices = self._fleet.devices
        frames = [websocket_frames.text(legacy_article.encode_update(devices[row])) for row in rows.tolist()]
        return [b"".join(piece) for piece in _cut(frames, starts)]

    def encode_steps(self, steps: Steps, named: Marks) -> bytes:  # noqa: ARG002 - as above
        return b"".join(websocket_frames.text(legacy_article.encode_update(device)) for _, device in steps)

    def write(self, blocks: Sequence[bytes], *, snapshot: bool, view: int = 0) -> Written:  # noqa: ARG002 - it has no views
        return [b"".join(blocks)]

    def text(self, content: bytes) -> bytes | None:  # noqa: ARG002 - there is nothing but positions
        return None


def _cut(values: Sequence[T], starts: Sequence[int]) -> Iterator[Sequence[T]]:
    for start, stop in zip(starts, (*starts[1:], len(values)), strict=True):
        yield values[start:stop]
