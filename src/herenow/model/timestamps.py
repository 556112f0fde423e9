"""Times as text and numbers: the one place where they are read, whatever brought them."""

import math
import re
from datetime import UTC, datetime

from herenow.model.clock import DAY

EXAMPLE = "2026-11-23T12:00:00Z"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,16}")
# `datetime.fromisoformat` takes any character between date and time, a digit as well: it would read
# 20261130013000Z as 13:00; and +01:99 as a zone. What this does not match is refused.
_ISO = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|[0-9]{4})"
    r"[Tt ](?:[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?|[0-9]{4}(?:[0-9]{2}(?:[.,][0-9]+)?)?)"
    r"(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-5][0-9])?)?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Digits alone that read as a date, with or without a time: as Unix ms they would be in 1970, 1976 or 2612.
_COMPACT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{2}){0,3}")


def from_iso(text: str, *, assume_utc: bool = False) -> int:
    """Unix ms of a date and a time in ISO 8601, in its extended form (which RFC 3339 is) or its compact one.

    Parts of a millisecond are cut off. Raises ValueError that says what was expected: also where there is no zone,
    unless `assume_utc`, and for a second 60.
    """
    found = _ISO.fullmatch(text)
    if not found:
        raise ValueError(f"expected ISO 8601 like {EXAMPLE} or 20261123T120000Z, got {text[:40]!r}")
    if not found["zone"] and not assume_utc:
        raise ValueError(f"expected a zone, like {EXAMPLE} or +01:00, got {text[:40]!r}")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"expected a time of the calendar, like {EXAMPLE}, got {text[:40]!r}: {error}") from error
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return since.days * DAY + since.seconds * 1000 + since.microseconds // 1000  # twice as fast as to divide it


def is_day(text: str) -> bool:
    """Whether it is a date without a time, like 2026-11-23."""
    return _DAY.fullmatch(text) is not None


def from_day(text: str) -> int:
    """Unix ms at which a UTC day like 2026-11-23 begins. Raises ValueError."""
    expected = f"expected a day like 2026-11-23, got {text[:40]!r}"
    if not is_day(text):
        raise ValueError(expected)
    try:
        return from_iso(f"{text}T00:00Z")
    except ValueError as error:
        raise ValueError(expected) from error


def from_text(text: str) -> int:
    """Unix ms of Unix ms in digits, or of ISO 8601 with a zone. Raises ValueError that says what was expected."""
    if text.removeprefix("-").isdigit():
        return _from_digits(text)
    try:
        return from_iso(text)
    except ValueError as error:
        raise ValueError(f"{error}; or Unix milliseconds") from error


def _from_digits(text: str) -> int:
    if _COMPACT.fullmatch(text):
        raise ValueError(f"expected Unix milliseconds, or ISO 8601 like 20261123T120000Z, got {text}; add T and a zone")
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"expected Unix milliseconds or ISO 8601 like {EXAMPLE}, got {text[:40]!r}")
    return int(text)


def from_value(value: float | str) -> int:
    """Unix ms of a number of ms, or as `from_text`. Raises ValueError that says what was expected."""
    if isinstance(value, str):
        return from_text(value)
    if not isinstance(value, int) and not math.isfinite(value):
        raise ValueError(f"expected Unix milliseconds, got {value}")
    return round(value)
