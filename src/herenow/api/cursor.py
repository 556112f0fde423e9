"""Pages: a cursor is where the next page begins, as text that a client sends back unread."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from fastapi import Query

from herenow.errors import BadRequest

_T = TypeVar("_T")
Mark = tuple[str | float | None, str]  # what a device is ranked by, and its id
Place = str | tuple[int, int] | tuple[str, Mark]

Cursor = Annotated[str | None, Query(max_length=1024, description="`next` of the page before")]


def next_cursor(found: Sequence[_T], limit: int, place: Callable[[_T], Place]) -> str | None:
    """The cursor behind the first `limit` of what was found; None where there is no more. So a route looks for one
    more than it returns."""
    return to_cursor(place(found[limit - 1])) if len(found) > limit else None


def to_cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def device_place(cursor: str | None) -> str:
    """The device id behind which the page begins."""
    return _place(cursor, str) if cursor else ""


def ranked_place(cursor: str | None, order: str) -> Mark | None:
    """The mark behind which the page begins in that order."""
    if not cursor:
        return None
    of, (value, device_id) = _place(cursor, tuple[str, Mark])
    if of != order or isinstance(value, str) != (order.removeprefix("-") in ("id", "name")):
        raise BadRequest(f"cursor: expected one that this server returned for sort={order}")
    return value, device_id


def position_place(cursor: str | None) -> tuple[int, int] | None:
    """The (time, tie) behind which the page begins."""
    if not cursor:
        return None
    time, tie = _place(cursor, tuple[int, int])
    if not (-(2**63) <= time < 2**63 and 0 <= tie < 2**32):
        raise BadRequest("cursor: expected one that this server returned")
    return time, tie


def _place(cursor: str, kind: type[_T]) -> _T:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=kind)
    except (msgspec.MsgspecError, binascii.Error, UnicodeError) as error:
        raise BadRequest("cursor: expected one that this server returned") from error
