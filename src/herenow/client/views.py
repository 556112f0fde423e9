"""Views as a program names them: a box or devices."""

import math
from collections.abc import Iterable

from herenow.errors import BadRequest
from herenow.model.geo.box import Box, read_box
from herenow.model.view import View

MAX_DEVICES = 100
MAX_ZOOM = 30

Corners = Box | tuple[float, float, float, float]  # west, south, east, north


def view_of(box: Corners | None, devices: Iterable[str] | None, zoom: float | None) -> View:
    """Raises BadRequest where a server would not understand."""
    if (box is None) == (devices is None):
        raise BadRequest("expected either a box or devices")
    if zoom is not None and not (math.isfinite(zoom) and 0 <= zoom <= MAX_ZOOM):
        raise BadRequest(f"expected a zoom from 0 to {MAX_ZOOM}, got {zoom}")
    if box is not None:
        corners = (box.west, box.south, box.east, box.north) if isinstance(box, Box) else box
        return View(read_box(list(corners)), zoom=zoom)
    return View(devices=_named(devices or ()), zoom=zoom)


def _named(devices: Iterable[str]) -> frozenset[str]:
    if isinstance(devices, str):
        raise BadRequest(f"expected several device ids, got the text {devices!r}; write [{devices!r}]")
    named = frozenset(devices)
    if len(named) > MAX_DEVICES:
        raise BadRequest(f"expected at most {MAX_DEVICES} devices, got {len(named)}; subscribe to a box for more")
    return named
