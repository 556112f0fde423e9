"""What the JSON under /api says, as types: the OpenAPI document is made of these, and the web client's types of that.

Times are Unix ms, lengths metres, speeds m/s, angles degrees.
"""

from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from herenow.api.config import Config
from herenow.history.density import Cell
from herenow.history.places import Dwelling
from herenow.history.prepared import State
from herenow.history.storage import Storage
from herenow.model.device import Status
from herenow.sources.report import Receipt
from herenow.wire.json import Live

Corner = tuple[float, float]  # longitude, latitude
Bounds = tuple[float, float, float, float]  # west, south, east, north


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
    """Speed and course as reported, else of the last leg; `distance` since midnight UTC."""

    device_id: str
    name: NotRequired[str]
    kind: NotRequired[str]
    status: Status
    speed: NotRequired[float]
    course: NotRequired[float]
    distance: float
    position: StoredPosition


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
    positions: list[Live]


class Counts(TypedDict):
    moving: int
    idle: int
    stopped: int
    stale: int


class Driven(TypedDict):
    device_id: str
    name: NotRequired[str]
    kind: NotRequired[str]
    metres: float


class Distance(TypedDict):
    since: int
    total: float
    others: float
    top: list[Driven]


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


class Stay(msgspec.Struct, tag_field="type", tag="stop"):
    start: int
    end: int
    positions: int
    longitude: float
    latitude: float
    radius: float


class Drive(msgspec.Struct, tag_field="type", tag="trip", rename={"origin": "from", "target": "to"}):
    start: int
    end: int
    positions: int
    origin: Corner
    target: Corner
    distance: float
    top_speed: float
    mean_speed: float


class Trips(TypedDict):
    device_id: str
    pieces: list[Drive | Stay]


class Places(TypedDict):
    device_id: str
    places: list[Dwelling]
    count: int


class Speeds(TypedDict):
    """ms by speed, in steps."""

    step: float
    ms: list[int]


class Moment(TypedDict):
    time: int
    longitude: float
    latitude: float


class Sums(TypedDict):
    positions: int
    flagged: int
    distance: float
    moving: int
    stopped: int
    top_speed: float
    mean_speed: float
    hours: list[int]
    speeds: Speeds
    first: NotRequired[Moment]
    last: NotRequired[Moment]
    bbox: NotRequired[Bounds]


class DaySums(Sums):
    day: int


class DeviceSums(Sums):
    device_id: str


class Days(TypedDict):
    device_id: str
    days: list[DaySums]
    total: Sums


class FleetDay(TypedDict):
    day: int
    devices: list[DeviceSums]
    next: str | None
    count: int
    total: Sums


History = TypedDict("History", {"from": int, "to": int, "version": str, "made": int | None})
Density = TypedDict("Density", {"from": int, "to": int, "cells": list[Cell], "positions": int})
Timeline = TypedDict(
    "Timeline", {"from": int, "to": int, "start": int, "length": int, "positions": list[int], "moving": list[int]}
)


class Block(TypedDict):
    block: int
    version: str


Replay = TypedDict("Replay", {"from": int, "to": int, "length": int, "steps": list[int], "blocks": list[Block]})


class FleetSums(TypedDict):
    positions: int
    distance: float
    moving: int
    top_speed: float


class FleetDaySums(FleetSums):
    day: int
    devices: int


class FarthestSums(FleetSums):
    device_id: str


Analytics = TypedDict(
    "Analytics",
    {
        "from": int,
        "to": int,
        "positions": int,
        "distance": float,
        "moving": int,
        "top_speed": float,
        "devices": int,
        "hours": Any,
        "speeds": Speeds,
        "days": list[FleetDaySums],
        "farthest": list[FarthestSums],
    },
)


class DeviceDistances(TypedDict):
    """Metres by the start of the UTC day."""

    device_id: str
    days: dict[str, float]


Distances = TypedDict("Distances", {"from": int, "to": int, "devices": list[DeviceDistances], "next": str | None})


class Remains(TypedDict):
    device_id: str
    positions: int
    devices: int
    changes: int
    rollups: int
    blocks: int
    nothing: bool


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
    ("post", "/api/exports"): (State,),
    ("get", "/api/exports/{export_id}"): (State,),
    ("get", "/api/storage"): (Storage,),
    ("get", "/api/stats"): (Stats,),
    ("get", "/healthz"): (Health,),
    ("get", "/readyz"): (Health,),
}
