"""Times and boxes in a query."""

import re

from herenow.errors import BadRequest
from herenow.model import geo
from herenow.model.clock import now
from herenow.model.geo import Box
from herenow.model.report import to_time
from herenow.store.base import Span

_WHOLE = re.compile(r"-?[0-9]{1,17}")
AHEAD = 120_000  # ms; without `to`, up to here


def span(start: str | None, end: str | None, default: int) -> Span:
    """The range between `from` and `to`; without `to` until now, without `from` the `default` ms before it.

    Raises BadRequest.
    """
    stop = _time("to", end) if end else now() + AHEAD
    begin = _time("from", start) if start else stop - default
    if begin >= stop:
        raise BadRequest(f"expected from before to, got from {begin} and to {stop} (Unix ms)")
    return Span(begin, stop)


def bbox(text: str) -> Box:
    """The box in `w,s,e,n`. Raises BadRequest."""
    try:
        return geo.box([float(number) for number in text.split(",")])
    except ValueError as error:
        raise BadRequest(f"bbox: expected west,south,east,north in degrees, got {text[:80]!r}") from error
    except BadRequest as error:
        raise BadRequest(f"bbox: {error}") from error


def _time(name: str, text: str) -> int:
    try:
        # A "+" that was not escaped arrives as a blank.
        time = to_time(int(text) if _WHOLE.fullmatch(text) else text.replace(" ", "+"))
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from error
    if not -(2**53) <= time <= 2**53:
        raise BadRequest(f"{name}: expected Unix milliseconds, got {text[:40]}")
    return time
