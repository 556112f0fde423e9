"""The JSON under /api, as types: routes return these, the OpenAPI document describes them, and the web client's types
are made of that.

Times are Unix ms, lengths metres, speeds m/s, angles degrees.
"""

from typing import Any, Literal, NotRequired, TypedDict, TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from herenow.model.device import Status
from herenow.model.position import Position
from herenow.wire import json
from herenow.wire.json import LivePosition
from herenow.wire.measured_schemas import MEASURED_TYPES


class StoredPosition(TypedDict):
    """As it was reported; what is not known is left out."""

    device_id: str
    time: int
    latitude: float
    longitude: float
    attributes: NotRequired[dict[str, str | float | bool | None]]
    received: NotRequired[int]
    source: NotRequired[str]


StoredPosition.__annotations__ |= {name: NotRequired[kind] for name, kind in MEASURED_TYPES.items()}


def stored_position(position: Position) -> StoredPosition:
    return cast("StoredPosition", json.reported(position))


T = TypeVar("T")


def known(value: T | None) -> T | UnsetType:
    """What is not known is left out."""
    return UNSET if value is None else value


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """Speed and course as reported, else of the last leg; `distance` since midnight UTC. `last_heard` is the time of
    the last reception, `stale_at` the time at which the device becomes stale without another. `clock_offset` is how
    many ms its clock is ahead, negative if it is behind. Without a `position`, all fixes are ahead of their time."""

    device_id: str
    name: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    status: Status
    speed: float | UnsetType = UNSET
    course: float | UnsetType = UNSET
    distance: float
    last_heard: int
    stale_at: int
    clock_offset: int | UnsetType = UNSET
    position: StoredPosition | UnsetType = UNSET


class Without(msgspec.Struct, frozen=True, kw_only=True):
    """How many would match without one of the conditions."""

    search: int | UnsetType = UNSET
    kind: int | UnsetType = UNSET
    status: int | UnsetType = UNSET
    bbox: int | UnsetType = UNSET
    device: int | UnsetType = UNSET


class Devices(msgspec.Struct, frozen=True, kw_only=True):
    devices: list[Device]
    next: str | None
    total: int
    without: Without | UnsetType = UNSET  # where nothing matches


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    time: int
    truncated: bool
    positions: list[LivePosition]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    moving: int
    idle: int
    stopped: int
    stale: int


class Driven(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    name: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    distance: float


class Distance(msgspec.Struct, frozen=True, kw_only=True):
    since: int
    total: float
    others: float
    top: list[Driven]


class Offset(msgspec.Struct, frozen=True, kw_only=True):
    """In ms by which its clock is ahead, negative where it is behind."""

    device_id: str
    name: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    offset: int


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices have wrong clocks, and the ten worst."""

    count: int
    worst: list[Offset]


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Positions a second."""

    accepted: float
    rejected: float
    announced: float


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    p50: float
    p99: float


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    messages: int | None
    oldest_ms: int | None
    lag_ms: int | None


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    time: int
    devices: int
    viewers: int
    by_status: Counts
    by_kind: dict[str, int]
    clocks: Clocks
    distance: Distance
    rates: Rates
    lag: Lag | None
    newest: int | None
    backlog: Backlog | None


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """Page by page; `gaps` and `flags` name positions by their number on the page."""

    device_id: str
    positions: list[StoredPosition]
    gaps: list[int]
    flags: dict[str, str]
    next: str | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """With `detail`: all at once, in columns."""

    device_id: str
    tolerance: float
    times: list[int]
    longitudes: list[float]
    latitudes: list[float]
    altitudes: list[float | None]
    speeds: list[float | None]
    courses: list[float | None]
    gaps: list[int]
    flags: dict[str, str]


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    positions: int
    devices: int
    changes: int
    rollups: int
    blocks: int
    erased: bool


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    ok: bool
    detail: Any


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: Literal["ok", "ready", "waiting"]
    reasons: list[str] | UnsetType = UNSET
