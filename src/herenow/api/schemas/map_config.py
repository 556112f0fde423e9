"""What a map receives before it draws."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from herenow.model import basemap


class Credit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom something on the map is owed to."""

    text: str
    url: str | None = None


class Start(msgspec.Struct, frozen=True):
    """Where to look first."""

    bbox: tuple[float, float, float, float]  # west, south, east, north


class Basemap(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tiles at `url`, at `dark_url` where the page is dark; the one that is built in and `none` have no URL."""

    id: str
    name: str
    kind: Literal["builtin", "xyz", "mvt", "none"]
    url: str | None = None
    dark_url: str | None = None
    attribution: Credit | None = None
    min_zoom: int = 0
    max_zoom: int = 24


class Config(msgspec.Struct, frozen=True):
    """`streets` is where those of the synthetic city are, relative to the page."""

    version: str
    attributions: list[Credit]
    notices: list[str]
    start: Start | None
    streets: str | None
    basemaps: list[Basemap]


def basemaps(plugged: Iterable[basemap.ExternalBasemap]) -> list[Basemap]:
    """All that there is to choose from, the one to begin with first."""
    configured = [
        Basemap(
            id=one.id,
            name=one.name,
            kind=one.kind,
            url=one.url,
            dark_url=one.dark_url,
            attribution=Credit(one.attribution, one.attribution_url),
            min_zoom=one.min_zoom,
            max_zoom=one.max_zoom,
        )
        for one in plugged
    ]
    built_in, none = Basemap(basemap.BUILT_IN, "Built-in", "builtin"), Basemap(basemap.NONE, "None", "none")
    return [built_in, *configured, none]
