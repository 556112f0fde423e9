"""Maps that live ones are drawn on, beside the one that is built in."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

BUILT_IN, NONE = "builtin", "none"  # always there


class ExternalBasemap(BaseModel):
    """Tiles of a server elsewhere: pictures (`xyz`) or vectors (`mvt`). The map shows `attribution`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name: str = Field(min_length=1, max_length=40)
    kind: Literal["xyz", "mvt"]
    url: str
    dark_url: str | None = None
    attribution: str = Field(min_length=1, max_length=200)
    attribution_url: str | None = Field(None, pattern=r"^https?://")
    min_zoom: int = Field(0, ge=0, le=24)
    max_zoom: int = Field(19, ge=0, le=24)

    @field_validator("id")
    @classmethod
    def _id_is_free(cls, name: str) -> str:
        if name in (BUILT_IN, NONE):
            raise ValueError(f"expected another id than {BUILT_IN} and {NONE}, which are always there")
        return name

    @field_validator("url", "dark_url")
    @classmethod
    def _url_is_of_tiles(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        named = all(mark in url for mark in ("{z}", "{x}")) and ("{y}" in url or "{-y}" in url)
        plain = not set(parts.netloc) & set("{}@;, '\"*")
        if parts.scheme not in ("http", "https") or not parts.hostname or not named or not plain:
            raise ValueError("expected a URL like https://tiles.example.org/{z}/{x}/{y}.png, with one host")
        return url

    @property
    def hosts(self) -> list[str]:
        """Where its tiles come from, as a Content-Security-Policy names it."""
        return ["{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in (self.url, self.dark_url) if url]
