"""When a device last reported, how often it reports, and how far its clock is off: all by the clock of the server."""

import msgspec

from herenow.model.clock import DAY, MINUTE
from herenow.model.position import MAX_AHEAD, Position

STALE_AFTER = 5 * MINUTE  # of silence, while nobody knows how often a device reports
SHORTEST, LONGEST = MINUTE, 2 * DAY  # ms of silence, however often it reports
BURST = 10_000  # ms from its first report in which reports count as one burst: an upload may come in several requests
GAPS = 5  # between the last bursts
MAX_BEHIND = MAX_AHEAD  # ms
STEADY = 5_000  # ms that the delay of a slow clock may change by; what is sent again or late changes by more


class Contact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the receptions of a device say, late and repeated reports included. Times and lengths are ms.

    `delay` is the shortest from a fix to its reception in the present burst, `before` that of the burst before.
    """

    last_heard: int  # when it last reported
    stale_at: int  # when it becomes stale unless it reports before
    latest: int  # the greatest time of a fix, those ahead of their time included
    opened: int  # when the present burst began
    delay: int
    before: int | None = None
    gaps: tuple[int, ...] = ()
    offset: int | None = (
        None  # how far its clock is ahead, negative where it is behind; None unless it is known to be off
    )


def after_reception(before: Contact | None, position: Position) -> Contact:
    """What is known after one more reception."""
    received, time = position.received, position.time
    delay = received - time
    if before is None:
        return Contact(received, received + STALE_AFTER, time, received, delay, None, (), _offset(delay, None))
    latest = max(before.latest, time)
    if received - before.opened >= BURST:
        gaps = (*before.gaps, received - before.opened)[-GAPS:]
        offset = _offset(delay, before.delay)
        return Contact(received, received + _patience(gaps), latest, received, delay, before.delay, gaps, offset)
    later = received - before.last_heard
    if delay < before.delay:
        offset = _offset(delay, before.before)
    elif later <= 0 and latest == before.latest:
        return before
    else:
        delay, offset = before.delay, before.offset
    later = max(0, later)
    return Contact(
        before.last_heard + later,
        before.stale_at + later,
        latest,
        before.opened,
        delay,
        before.before,
        before.gaps,
        offset,
    )


def _offset(delay: int, before: int | None) -> int | None:
    """A fix from the future is enough. A late one proves nothing, but two bursts that are late by the same do."""
    if -MAX_AHEAD <= delay <= MAX_BEHIND:
        return None
    steady = before is not None and abs(delay - before) <= STEADY
    return -delay if delay < 0 or steady else None


def _patience(gaps: tuple[int, ...]) -> int:
    """Twice the second longest gap: one outage is no interval, and a change of pace is learned after two reports."""
    interval = sorted(gaps)[-2:][0]
    return min(LONGEST, max(SHORTEST, 2 * interval))
