"""What an examination of a set-up says of one of its parts."""

from collections.abc import Callable
from typing import Literal

import msgspec

Verdict = Literal["good", "warning", "fault"]


class Finding(msgspec.Struct, frozen=True):
    """In words for an operator: what is, and what to do about it unless it is good."""

    part: str
    verdict: Verdict
    what: str
    advice: str = ""


Progress = Callable[[int, int], None]  # done, of how many


def good(part: str, what: str) -> Finding:
    return Finding(part, "good", what)


def warning(part: str, what: str, advice: str) -> Finding:
    """It works, and will not always."""
    return Finding(part, "warning", what, advice)


def fault(part: str, what: str, advice: str) -> Finding:
    """A promise does not hold, or nothing works."""
    return Finding(part, "fault", what, advice)
