"""The same position from several places: each counts once."""

from collections.abc import Callable, Iterable

import msgspec

from herenow.model.position import LATER, Position, getter

_version: Callable[[Position], tuple[int, int]] = getter("time", "tie")
_later, _UNKNOWN = getter(*LATER), (None,) * len(LATER)


def merged(positions: Iterable[Position]) -> list[Position]:
    """Positions of one device, in the order in which they came, as a track: in order of time, and each once. What came
    again completes the first with fields of LATER that it lacked."""
    in_order = sorted(positions, key=_version)
    found = in_order[:1]
    for position in in_order[1:]:
        last = found[-1]
        if position.time == last.time and position.tie == last.tie:
            found[-1] = _completed(last, position)
        else:
            found.append(position)
    return found


def _completed(first: Position, again: Position) -> Position:
    if _later(again) == _UNKNOWN:
        return first
    missing = {name: getattr(again, name) for name in LATER if getattr(first, name) is None}
    return msgspec.structs.replace(first, **missing)
