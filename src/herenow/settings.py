"""The settings of an operator: environment HERENOW_*, then a TOML file, then flags; a later source overrides."""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from herenow.errors import SettingsError
from herenow.model.basemap import ExternalBasemap
from herenow.model.origin import read_origins
from herenow.model.retention import Retention, read_retention

ELSEWHERE = ("server", "log")  # of commands that report, and of the log
RENAMED = {  # what a setting was called, and its name
    "stop_time": "min_stop_duration",
    "stop_radius": "max_stop_radius",
    "stop_speed": "max_stop_speed",
    "trip_time": "min_trip_duration",
    "trip_reach": "min_trip_distance",
}
FOR_TESTS = "HERENOW_TEST_"  # the prefix of the settings of the project's own tests


_PASSWORD = re.compile(r"(://[^:/?#]*:).*@")


class Settings(BaseSettings):
    """Every setting with its default; docs/settings.md has the same table."""

    model_config = SettingsConfigDict(env_prefix="HERENOW_", extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    store: str = Field(
        "sqlite:///data/herenow.db",
        description="Where positions are stored: sqlite:///relative, sqlite:////absolute or cassandra://host/keyspace.",
    )
    bus: str = Field(
        "memory://",
        description="What carries positions from sources to recorders: memory://, amqp://host/vhost or none.",
    )
    access: Literal["closed", "open"] = Field(
        "closed",
        description="`open` lets everyone on the network read and write; needed to listen beyond this machine.",
    )
    origins: str = Field("none", description="Origins whose pages may read and report, separated by commas.")

    keep_days: str = Field("ever", description="Days that Herenow keeps positions, for all and by kind: 90, bus=30.")

    basemaps: list[ExternalBasemap] = Field([], description="Basemaps in addition to the built-in one.")

    min_stop_duration: int = Field(300, ge=30, le=86_400, description="Minimum duration of a stop, in seconds.")
    max_stop_radius: float = Field(50.0, ge=5, le=5000, description="Maximum radius of a stop, in metres.")
    max_stop_speed: float = Field(3.0, gt=0, le=100, description="Maximum speed of a stop, in metres per second.")
    min_trip_duration: int = Field(60, ge=1, le=86_400, description="Minimum duration of a trip, in seconds.")
    min_trip_distance: float = Field(
        100.0, ge=1, le=100_000, description="Minimum distance that a trip spans within two hours, in metres."
    )

    @field_validator("origins")
    @classmethod
    def _origins_are_origins(cls, text: str) -> str:
        read_origins(text)
        return text

    @field_validator("keep_days")
    @classmethod
    def _keep_days_are_days(cls, text: str) -> str:
        read_retention(text)
        return text

    @field_validator("basemaps")
    @classmethod
    def _basemaps_differ(cls, basemaps: list[ExternalBasemap]) -> list[ExternalBasemap]:
        if len({one.id for one in basemaps}) < len(basemaps):
            raise ValueError("expected another id for each")
        return basemaps

    @field_validator("store")
    @classmethod
    def _store_is_known(cls, url: str) -> str:
        if url.startswith("cassandra:"):
            return url  # its adapter reads it
        parts = urlsplit(url)
        if parts.scheme != "sqlite" or parts.netloc or not parts.path.strip("/") or ":memory:" in url:
            raise ValueError(
                "expected sqlite:///folder/file.db (relative), sqlite:////folder/file.db (absolute) or "
                "cassandra://host1,host2:9042/keyspace"
            )
        return url

    @field_validator("bus")
    @classmethod
    def _bus_is_known(cls, url: str) -> str:
        if url not in ("memory://", "none") and not url.startswith(("amqp:", "amqps:")):
            raise ValueError("expected memory://, amqp://user:password@host1,host2:5672/vhost or none")
        return url

    @model_validator(mode="after")
    def _check_access(self) -> "Settings":
        if self.access != "open" and not loopback(self.host):
            raise ValueError(
                f"listening on {self.host} lets everyone on its network read and write; "
                "if that is meant, set HERENOW_ACCESS=open as well, else HERENOW_HOST=127.0.0.1"
            )
        return self

    def shown(self, name: Literal["store", "bus"]) -> str:
        """A URL without its password."""
        url: str = getattr(self, name)
        return without_password(url)

    @property
    def allowed_origins(self) -> list[str]:
        return read_origins(self.origins)

    @property
    def retention(self) -> Retention:
        return read_retention(self.keep_days)

    @property
    def store_path(self) -> Path:
        """With links resolved, so that one database has one path."""
        return Path(urlsplit(self.store).path[1:]).resolve()


def read_settings(file: Path | None, flags: dict[str, Any]) -> Settings:
    """The settings in force; a flag that is None was not given. Raises SettingsError that names each wrong setting."""
    _refuse_unknown(os.environ)
    given = (_from_file(file) if file else {}) | {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        places = {name: f"{file}: {name}" for name in given} | {
            name: f"--{name}" for name, value in flags.items() if value is not None
        }
        raise SettingsError("; ".join(_wrong(found, places) for found in error.errors())) from error
    except UnreadableSetting as error:
        raise SettingsError('HERENOW_BASEMAPS: expected JSON like [{"id": …}], got something else') from error


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A misspelt setting must not be ignored."""
    known = {f"HERENOW_{name.upper()}" for name in (*Settings.model_fields, *ELSEWHERE)}
    ours = (name for name in environment if name.startswith("HERENOW_") and not name.startswith(FOR_TESTS))
    unknown = sorted(name for name in ours if name not in known)
    if not unknown:
        return
    if name := RENAMED.get(unknown[0].removeprefix("HERENOW_").lower()):
        raise SettingsError(f"{unknown[0]}: this setting is called HERENOW_{name.upper()} now")
    raise SettingsError(f"{unknown[0]}: no such setting; there are {', '.join(sorted(known))}")


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: expected TOML like `port = 8000`: {error}") from error


def _wrong(found: Any, places: Mapping[str, str]) -> str:
    """`places` has the source of each setting by name; all others came from the environment."""
    name = ".".join(str(part) for part in found["loc"])
    reason = found["msg"].removeprefix("Value error, ")
    if name in RENAMED:
        return f"{places[name]}: this setting is called {RENAMED[name]} now"
    if found["type"] == "extra_forbidden":
        return f"{name}: no such setting; there are {', '.join(Settings.model_fields)}"
    first, *inner = name.split(".")
    place = ".".join((places[first], *inner)) if first in places else f"HERENOW_{name.upper()}"
    return f"{place}: {reason}, got {without_password(str(found['input']))!r}" if name else reason


def check_shared(settings: Settings, *, records: bool) -> None:
    """For one of several processes. Raises SettingsError where others could not share its store or bus."""
    if settings.store.startswith("sqlite:"):
        raise SettingsError(
            f"HERENOW_STORE: {settings.store} belongs to one process; "
            "use `herenow run`, or a store that several share, like cassandra://host/herenow"
        )
    if settings.bus == "memory://" or (records and settings.bus == "none"):
        raise SettingsError(
            f"HERENOW_BUS: {settings.bus} reaches no other process; "
            "use `herenow run`, or a bus that several share, like amqp://user:password@host/"
        )


def without_password(url: str) -> str:
    return _PASSWORD.sub(r"\1***@", url)


def loopback(host: str) -> bool:
    """Whether a name or an address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
