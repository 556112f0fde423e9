"""Lines that pass the 180th meridian, as RFC 7946 wants them: cut there (3.1.9), with a bbox whose west is then greater
than its east (5.2). Legs take the short way around."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from herenow.model.geo.sphere import onward

Place = Sequence[float]  # longitude, latitude and, in all places of a line or in none, altitude
Line = Sequence[Place]


def cut(line: Line) -> list[list[Place]]:
    """The line in pieces that do not cross ±180; where it did, one ends and the next begins there. A line of less than
    two places is none."""
    pieces: list[list[Place]] = []
    turn = 0
    for start, end in pairwise(_with_crossings(line)):
        if not pieces or not (_on_map(start, turn) and _on_map(end, turn)):
            turn = end.turn if _on_map(start, end.turn) else start.turn
            pieces.append([_drawn(start, turn)])
        pieces[-1].append(_drawn(end, turn))
    return pieces


def bounds(lines: Iterable[Line]) -> tuple[float, float]:
    """West and east of the shortest arc with all the lines, each of at least one place."""
    pieces = [piece for line in lines for piece in (cut(line) if len(line) > 1 else [line])]
    arcs = sorted((min(place[0] for place in piece), max(place[0] for place in piece)) for piece in pieces)
    west, east = arcs[0][0], max(arc[1] for arc in arcs)
    widest, reach = west + 360 - east, arcs[0][1]
    for begin, end in arcs[1:]:
        if begin - reach > widest:
            widest, west, east = begin - reach, begin, reach
        reach = max(reach, end)
    return west, east


class _At(NamedTuple):
    """A place of a line that has gone around so many turns, eastwards."""

    turn: int
    place: Place

    @property
    def x(self) -> float:
        return self.place[0] + 360 * self.turn


def _on_map(at: _At, turn: int) -> bool:
    return -180 <= at.x - 360 * turn <= 180


def _drawn(at: _At, turn: int) -> Place:
    """On the map of that turn: what lies on its edge is on that of the next, too."""
    return at.place if at.turn == turn else (180.0 if at.turn > turn else -180.0, *at.place[1:])


def _with_crossings(line: Line) -> Iterator[_At]:
    turn = 0
    for before, after in pairwise(line):
        yield _At(turn, before)
        end = onward(before[0], after[0])
        step = (end > 180) - (end < -180)
        edge = 180.0 * step
        if step and before[0] != edge:
            share = (edge - before[0]) / (end - before[0])
            between = (a + share * (b - a) for a, b in zip(before[1:], after[1:], strict=True))
            yield _At(turn, (edge, *between))
        turn += round((end - after[0]) / 360)
    if line:
        yield _At(turn, line[-1])
