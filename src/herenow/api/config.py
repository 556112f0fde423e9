"""What a map is told before it draws."""

import msgspec


class Credit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom something on the map is owed to."""

    text: str
    url: str | None = None


class Start(msgspec.Struct, frozen=True):
    """Where to look first."""

    bbox: tuple[float, float, float, float]  # west, south, east, north


class Config(msgspec.Struct, frozen=True):
    """`streets` is where those of the synthetic city are, relative to the page."""

    version: str
    attributions: list[Credit]
    notices: list[str]
    start: Start | None
    streets: str | None
