"""How long positions are kept: all, or those of devices of one kind."""

from collections.abc import Mapping

import msgspec

EVER = "ever"


class Retention(msgspec.Struct, frozen=True):
    """In whole UTC days; None keeps for ever."""

    days: int | None = None
    by_kind: Mapping[str, int | None] = {}

    def of(self, kind: str | None) -> int | None:
        """The days that positions of a device of that kind are kept."""
        return self.by_kind.get(kind or "", self.days)

    @property
    def shortest(self) -> int | None:
        """No position that is younger goes; None where none ever does."""
        return min((days for days in (self.days, *self.by_kind.values()) if days is not None), default=None)

    def within(self, most: int) -> "Retention":
        """The same where nothing is kept longer than so many days."""
        return Retention(
            min(self.days or most, most), {kind: min(days or most, most) for kind, days in self.by_kind.items()}
        )


def read_retention(text: str) -> Retention:
    """Of days for all, or by kind, or both: `90`, `ever, bus=30`, `90, ship=ever`. Raises ValueError."""
    days: int | None = None
    by_kind: dict[str, int | None] = {}
    for part in (piece.strip() for piece in text.split(",")):
        kind, given, value = (piece.strip() for piece in part.rpartition("="))
        if not (value == EVER or (value.isdecimal() and int(value) >= 1)) or bool(given) != bool(kind):
            raise ValueError(f"expected days like 90 or ever, or kinds with theirs like 90, bus=30; got {part!r}")
        kept = None if value == EVER else int(value)
        if given:
            by_kind[kind] = kept
        else:
            days = kept
    return Retention(days, by_kind)
