"""What a viewer says over `herenow.json.v1` (docs/protocol.md)."""

from typing import Annotated

import msgspec

from herenow.errors import BadRequest
from herenow.model import geo
from herenow.model.view import View

MAX_DEVICES = 100


class _Message(msgspec.Struct):
    type: str
    bbox: list[float] | None = None
    devices: Annotated[list[str], msgspec.Meta(max_length=MAX_DEVICES)] | None = None
    zoom: float | None = None
    resume: dict[str, object] | None = None  # answered by a snapshot, for now


_message = msgspec.json.Decoder(_Message)


def decode_view(text: str | bytes) -> View:
    """The view that a message asks for. Raises BadRequest that names the field."""
    try:
        message = _message.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f'expected {{"type": "view", "bbox": [w, s, e, n], "zoom": z}}: {error}') from error
    if message.type != "view":
        raise BadRequest(f'type: expected "view", got {message.type[:40]!r}')
    if (message.bbox is None) == (message.devices is None):
        raise BadRequest("view: expected either bbox or devices")
    if message.devices is not None:
        return View(devices=frozenset(message.devices))
    try:
        return View(box=geo.box(message.bbox or []))
    except BadRequest as error:
        raise BadRequest(f"view.bbox: {error}") from error
