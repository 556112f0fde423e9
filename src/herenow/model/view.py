"""A view: the box or the devices that a viewer subscribes to."""

import msgspec

from herenow.model.geo.box import Box


class View(msgspec.Struct, frozen=True):
    """A box, or, where `box` is None, named devices. Without a zoom nobody knows how small a move can be seen."""

    box: Box | None = None
    devices: frozenset[str] = frozenset()
    zoom: float | None = None


class Resume(msgspec.Struct, frozen=True):
    """What a viewer still has of a view: the state `seq` of the run of numbers `epoch`."""

    epoch: str
    seq: int
