"""What a client says on a live socket (docs/protocol.md)."""

import json
import re
from typing import Annotated

import msgspec

from herenow.errors import BadRequest
from herenow.model.geo.box import read_box
from herenow.model.position import Text
from herenow.model.view import Resume, View
from herenow.wire.json_object import MALFORMED

MAX_DEVICES = 100
MAX_ZOOM = 30
MAX_COLUMNS = 16
GREATEST_ID = 2**32 - 1
MAX_DETAIL = 1000  # characters

# Languages whose only number is a float write 802.0 for 802.
Whole = Annotated[float, msgspec.Meta(multiple_of=1)]
Id = int | Whole | Annotated[str, msgspec.Meta(max_length=128)]


class ResumeMessage(msgspec.Struct):
    epoch: str
    seq: Whole


class ViewMessage(msgspec.Struct, tag="view", tag_field="type"):
    id: Annotated[Whole, msgspec.Meta(ge=1, le=GREATEST_ID)] | None = None
    bbox: list[float] | None = None
    devices: Annotated[list[str], msgspec.Meta(max_length=MAX_DEVICES)] | None = None
    zoom: Annotated[float, msgspec.Meta(ge=0, le=MAX_ZOOM)] | None = None
    resume: ResumeMessage | None = None
    columns: Annotated[list[str], msgspec.Meta(max_length=MAX_COLUMNS)] = []  # unknown ones are passed over

    @property
    def number(self) -> int:
        """What an answer carries as `view`; 0 for none."""
        return int(self.id or 0)

    @property
    def resumed(self) -> Resume | None:
        return Resume(self.resume.epoch, int(self.resume.seq)) if self.resume else None

    def view(self) -> View:
        """Raises BadRequest that names the field."""
        if (self.bbox is None) == (self.devices is None):
            raise BadRequest("view: expected either bbox or devices")
        if self.devices is not None:
            return View(devices=frozenset(self.devices))
        try:
            return View(read_box(self.bbox or []), zoom=self.zoom)
        except BadRequest as error:
            raise BadRequest(f"view.bbox: {error}") from error


class ReportMessage(msgspec.Struct, tag="report", tag_field="type"):
    id: Id
    positions: msgspec.Raw


class CommandMessage(msgspec.Struct, tag="command", tag_field="type"):
    id: Id
    device_id: Text
    command: msgspec.Raw


class AckMessage(msgspec.Struct, tag="ack", tag_field="type"):
    id: Annotated[str, msgspec.Meta(max_length=128)]
    ok: bool = True
    detail: Annotated[str, msgspec.Meta(max_length=MAX_DETAIL)] | None = None


ClientMessage = ViewMessage | ReportMessage | CommandMessage | AckMessage

_EXAMPLES = {
    "view": '{"type": "view", "bbox": [w, s, e, n], "zoom": z}',
    "report": '{"type": "report", "id": 1, "positions": […]}',
    "command": '{"type": "command", "id": 1, "device_id": "…", "command": …}',
    "ack": '{"type": "ack", "id": "…", "ok": true}',
}
_TYPE = re.compile(rb'"type"\s*:\s*"(\w+)"')


class _Type(msgspec.Struct):
    type: str


_type = msgspec.json.Decoder(_Type)
_client_message: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def decode_client_message(text: bytes) -> ClientMessage:
    """Raises BadRequest that says what was expected and what came."""
    try:
        return _client_message.decode(text)
    except MALFORMED as error:
        message = _with_any_number(text)
        if message is None:
            raise _explained(text, error) from error
        return message


def _with_any_number(text: bytes) -> ReportMessage | None:
    """A report with NaN or Infinity in its positions, each of which the intake then accepts or rejects."""
    try:
        members = json.loads(text.decode())
        if not isinstance(members, dict) or "positions" not in members:
            return None
        positions = json.dumps(members["positions"]).encode()
        message = _client_message.decode(json.dumps(members | {"positions": None}))
    except (ValueError, *MALFORMED):
        return None
    return ReportMessage(message.id, msgspec.Raw(positions)) if isinstance(message, ReportMessage) else None


def _explained(text: bytes, error: Exception) -> BadRequest:
    kind = _type_of(text)
    if kind is None:
        return BadRequest(f"expected JSON with a type, like {_EXAMPLES['view']}: {error}")
    if kind not in _EXAMPLES:
        return BadRequest(f"type: expected {' or '.join(_EXAMPLES)}, got {kind[:40]!r}")
    return BadRequest(f"expected {_EXAMPLES[kind]}: {error}")


def _type_of(text: bytes) -> str | None:
    """Of a message that is malformed elsewhere what seems to be its type."""
    try:
        return _type.decode(text).type
    except MALFORMED:
        found = _TYPE.search(text)
        return found[1].decode() if found else None
