"""What a server says over either subprotocol, as values (docs/protocol.md, "Live")."""

import msgspec

from herenow.model.report import Rejection
from herenow.wire import binary
from herenow.wire.json import LivePosition


class PositionsMessage(msgspec.Struct, frozen=True):
    """A `snapshot` or an `update`."""

    snapshot: bool
    view: int  # 0 for none
    epoch: str
    seq: int
    time: int  # ms
    positions: list[LivePosition]


class Ping(msgspec.Struct, frozen=True):
    time: int  # ms
    seq: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """A `receipt`. With a `detail` nothing was taken."""

    id: int | str
    accepted: int = 0
    rejected: list[Rejection] = []
    detail: str | None = None
    retry_ms: int | None = None


class ErrorMessage(msgspec.Struct, frozen=True):
    """An `error`: the server ignored a message."""

    detail: str


class StatsMessage(msgspec.Struct, frozen=True):
    fields: dict[str, object]


Message = PositionsMessage | Ping | Answer | ErrorMessage | StatsMessage


class _Typed(msgspec.Struct):
    type: str


class _Positions(msgspec.Struct):
    epoch: str
    seq: int
    time: int
    positions: list[LivePosition]
    view: int = 0


_typed = msgspec.json.Decoder(_Typed)
_positions = msgspec.json.Decoder(_Positions)
_ping = msgspec.json.Decoder(Ping)
_answer = msgspec.json.Decoder(Answer)
_complaint = msgspec.json.Decoder(ErrorMessage)
_stats = msgspec.json.Decoder(dict[str, object])


def read(frame: str | bytes, names: binary.Names) -> Message | None:
    """What a frame says; None for a type that is not known. Adds to `names` what a binary one tells of devices.

    Raises ValueError for what is no message.
    """
    try:
        return _read_text(frame) if isinstance(frame, str) else _read_binary(frame, names)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"expected a message as in docs/protocol.md, got {frame[:40]!r}: {error}") from error


def _read_binary(frame: bytes, names: binary.Names) -> PositionsMessage:
    head, positions = binary.decode(frame, names)
    return PositionsMessage(head.snapshot, head.view, head.epoch, head.seq, head.time, positions)


def _read_text(text: str) -> Message | None:
    match _typed.decode(text).type:
        case "snapshot" | "update" as kind:
            body = _positions.decode(text)
            return PositionsMessage(kind == "snapshot", body.view, body.epoch, body.seq, body.time, body.positions)
        case "ping":
            return _ping.decode(text)
        case "receipt":
            return _answer.decode(text)
        case "error":
            return _complaint.decode(text)
        case "stats":
            return StatsMessage({field: value for field, value in _stats.decode(text).items() if field != "type"})
    return None
