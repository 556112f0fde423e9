"""A view: what a viewer looks at."""

import msgspec

from herenow.model.geo import Box


class View(msgspec.Struct, frozen=True):
    """A box, or, where `box` is None, named devices."""

    box: Box | None = None
    devices: frozenset[str] = frozenset()
