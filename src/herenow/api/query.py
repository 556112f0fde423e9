"""Times and boxes in a query."""

from herenow.errors import BadRequest
from herenow.history.ogc.primitives import Area, Moments
from herenow.history.rollups.blocks import LONGEST, held_hours
from herenow.model.clock import DAY, HOUR, now
from herenow.model.geo.box import Box, read_box
from herenow.model.number import read_number
from herenow.model.report import EARLIEST, LATEST_AHEAD
from herenow.model.timestamps import from_day, from_iso, from_text, is_day
from herenow.store.port import RollupReader, Span

_OPEN = ("", "..")
AHEAD = 120_000  # ms; without `to`, at least up to here


def span(start: str | None, end: str | None, default: int) -> Span:
    """The range between `from` and `to`; without `from` from `default` ms before `to`, or before now. Without `to` it
    has no end, so that it holds what is ahead of its time. A day alone is its beginning in UTC.

    Raises BadRequest.
    """
    moment = now()
    stop = moment + LATEST_AHEAD if end is None else _time("to", end)
    begin = (moment + AHEAD if end is None else stop) - default if start is None else _time("from", start)
    if begin >= stop:
        raise BadRequest(f"expected from before to, got from {begin} and to {stop} (Unix ms)")
    return Span(begin, stop)


async def span_of(
    rollups: RollupReader, start: str | None, end: str | None, default: int, longest: int = LONGEST
) -> Span:
    """As `span`, of at most `longest` ms until `to`, or until now. Without `to` it ends now, or with the last hour that
    holds anything, but after `longest` at most. Raises BadRequest, StoreUnavailable."""
    found = span(start, end, default)
    until = max(now() + AHEAD, found.start + HOUR) if end is None else found.end
    if until - found.start > longest:
        raise BadRequest(f"expected at most {longest // DAY} days between from and to; ask for them in parts")
    if end is not None:
        return found
    hours = await held_hours(rollups, until // HOUR, found.end // HOUR)
    last = max([until, *((hour + 1) * HOUR for hour in hours)])
    return Span(found.start, min(last, found.start + longest))


def bbox(text: str) -> Box:
    """The box in `w,s,e,n`. Raises BadRequest, for an empty text too: a script whose variable is empty must not get
    everything."""
    try:
        return read_box([read_number(number) for number in text.split(",")])
    except ValueError as error:
        raise BadRequest(f"bbox: expected west,south,east,north in degrees, got {text[:80]!r}") from error
    except BadRequest as error:
        raise BadRequest(f"bbox: {error}") from error


def moments(text: str | None) -> Moments:
    """The `datetime` of OGC API: an RFC 3339 time, or an interval `A/B` of two, where `..` or nothing leaves an end
    open; None is all. Raises BadRequest."""
    start, slash, end = ("../.." if text is None else text).partition("/")
    if not slash:
        return Moments(instant("datetime", start), instant("datetime", start))
    found = Moments(
        EARLIEST if start in _OPEN else instant("datetime", start),
        now() + LATEST_AHEAD if end in _OPEN else instant("datetime", end),
        start not in _OPEN and end not in _OPEN,
    )
    if found.start > found.end:
        raise BadRequest(f"datetime: expected an interval that begins before it ends, got {text!r:.80}")
    if found.bounded and found.end - found.start > LONGEST:
        raise BadRequest(f"datetime: expected at most {LONGEST // DAY} days, got {text!r:.80}; ask for them in parts")
    return found


def instant(name: str, text: str) -> int:
    """Unix ms from an RFC 3339 time. Raises BadRequest."""
    try:
        return from_iso(with_plus(text.strip()))
    except ValueError as error:
        raise BadRequest(f"{name}: expected times like 2026-11-23T12:00:00Z, got {text[:40]!r}") from error


def with_plus(text: str) -> str:
    """A time whose zone lost its "+": one that was not escaped in a URL arrives as a blank."""
    time, blank, zone = text.rpartition(" ")
    return f"{time}+{zone}" if blank and ("T" in time.upper() or " " in time) else text


def area(text: str) -> Area:
    """The `bbox` of OGC API: four numbers, or six with the least and the greatest height. Raises BadRequest."""
    numbers = text.split(",")
    if len(numbers) != 6:
        return Area(bbox(text))
    west, south, low, east, north, high = numbers
    try:
        lowest, highest = read_number(low), read_number(high)
    except ValueError as error:
        raise BadRequest(f"bbox: expected heights in metres as third and sixth, got {text[:80]!r}") from error
    if not lowest <= highest:
        raise BadRequest(f"bbox: expected the least height before the greatest, got {text[:80]!r}")
    return Area(bbox(",".join((west, south, east, north))), lowest, highest)


def _time(name: str, text: str) -> int:
    try:
        time = from_day(text) if is_day(text) else from_text(with_plus(text))
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from error
    if not -(2**53) <= time <= 2**53:
        raise BadRequest(f"{name}: expected Unix milliseconds, got {text[:40]}")
    return time
