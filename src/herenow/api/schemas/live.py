"""What the JSON under /api says, as types: the OpenAPI document is made of these, and the web client's types of that.

Times are Unix ms, lengths metres, speeds m/s, angles degrees.
"""

from typing import Any, Literal, NotRequired, TypedDict

from herenow.api.schemas.history import (
    Analytics,
    Days,
    Density,
    Distances,
    FleetDay,
    History,
    Places,
    Replay,
    Timeline,
    Trips,
)
from herenow.api.schemas.map_config import Config
from herenow.history.export.prepared import ExportState
from herenow.history.queries.storage import Storage
from herenow.intake.intake import Receipt
from herenow.model.device import Status
from herenow.wire.json import LivePosition


class StoredPosition(TypedDict):
    """As it was reported; what is not known is left out."""

    device_id: str
    time: int
    latitude: float
    longitude: float
    altitude: NotRequired[float]
    speed: NotRequired[float]
    course: NotRequired[float]
    accuracy: NotRequired[float]
    battery: NotRequired[float]
    attributes: NotRequired[dict[str, str | float | bool | None]]
    received: NotRequired[int]
    source: NotRequired[str]


class Device(TypedDict):
    """Speed and course as reported, else of the last leg; `distance` since midnight UTC. `last_heard` is the time of
    the last reception, `stale_at` the time at which the device becomes stale without another. `clock_offset` is how
    many ms its clock is ahead, negative if it is behind. Without a `position`, all fixes are ahead of their time."""

    device_id: str
    name: NotRequired[str]
    kind: NotRequired[str]
    status: Status
    speed: NotRequired[float]
    course: NotRequired[float]
    distance: float
    last_heard: int
    stale_at: int
    clock_offset: NotRequired[int]
    position: NotRequired[StoredPosition]


class Without(TypedDict):
    """How many would match without one of the conditions."""

    search: NotRequired[int]
    kind: NotRequired[int]
    status: NotRequired[int]
    bbox: NotRequired[int]
    device: NotRequired[int]


class Devices(TypedDict):
    devices: list[Device]
    next: str | None
    total: int
    without: NotRequired[Without]  # where nothing matches


class Latest(TypedDict):
    time: int
    truncated: bool
    positions: list[LivePosition]


class Counts(TypedDict):
    moving: int
    idle: int
    stopped: int
    stale: int


class Driven(TypedDict):
    device_id: str
    name: NotRequired[str]
    kind: NotRequired[str]
    distance: float


class Distance(TypedDict):
    since: int
    total: float
    others: float
    top: list[Driven]


class Offset(TypedDict):
    """In ms by which its clock is ahead, negative where it is behind."""

    device_id: str
    name: NotRequired[str]
    kind: NotRequired[str]
    offset: int


class Clocks(TypedDict):
    """How many devices have wrong clocks, and the ten worst."""

    count: int
    worst: list[Offset]


class Rates(TypedDict):
    """Positions a second."""

    accepted: float
    rejected: float
    announced: float


class Lag(TypedDict):
    p50: float
    p99: float


class Backlog(TypedDict):
    messages: int
    oldest_ms: int | None
    lag_ms: int | None


class Stats(TypedDict):
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


class Track(TypedDict):
    """Page by page; `gaps` and `flags` name positions by their number on the page."""

    device_id: str
    positions: list[StoredPosition]
    gaps: list[int]
    flags: dict[str, str]
    next: str | None


class Line(TypedDict):
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


class Remains(TypedDict):
    device_id: str
    positions: int
    devices: int
    changes: int
    rollups: int
    blocks: int
    erased: bool


class Answered(TypedDict):
    device_id: str
    ok: bool
    detail: Any


class Health(TypedDict):
    status: Literal["ok", "ready", "waiting"]
    reasons: NotRequired[list[str]]


# By method and path, as the document has them; each is one of its types.
ANSWERS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("get", "/api/config"): (Config,),
    ("post", "/api/positions"): (Receipt,),
    ("get", "/api/positions/latest"): (Latest,),
    ("get", "/api/devices"): (Devices,),
    ("get", "/api/devices/{device_id}"): (Device,),
    ("delete", "/api/devices/{device_id}"): (Remains,),
    ("get", "/api/devices/{device_id}/traces"): (Remains,),
    ("post", "/api/devices/{device_id}/commands"): (Answered,),
    ("get", "/api/devices/{device_id}/track"): (Track, Line),
    ("get", "/api/devices/{device_id}/trips"): (Trips,),
    ("get", "/api/devices/{device_id}/places"): (Places,),
    ("get", "/api/devices/{device_id}/days"): (Days,),
    ("get", "/api/history"): (History,),
    ("get", "/api/history/density"): (Density,),
    ("get", "/api/history/timeline"): (Timeline,),
    ("get", "/api/history/days/{day}"): (FleetDay,),
    ("get", "/api/history/analytics"): (Analytics,),
    ("get", "/api/history/distances"): (Distances,),
    ("get", "/api/history/replay"): (Replay,),
    ("post", "/api/exports"): (ExportState,),
    ("get", "/api/exports/{export_id}"): (ExportState,),
    ("get", "/api/storage"): (Storage,),
    ("get", "/api/stats"): (Stats,),
    ("get", "/healthz"): (Health,),
    ("get", "/readyz"): (Health,),
}
