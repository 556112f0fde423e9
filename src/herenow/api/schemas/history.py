"""The JSON about history, as types: routes return these, and the OpenAPI document describes them."""

import msgspec
from msgspec import UNSET, UnsetType

from herenow.history.queries.density import Cell
from herenow.history.tracks.places import Dwelling

Corner = tuple[float, float]  # longitude, latitude
Bounds = tuple[float, float, float, float]  # west, south, east, north


class Stay(msgspec.Struct, frozen=True, tag_field="type", tag="stop"):
    start: int
    end: int
    positions: int
    longitude: float
    latitude: float
    radius: float


class Drive(msgspec.Struct, frozen=True, tag_field="type", tag="trip", rename={"origin": "from", "target": "to"}):
    start: int
    end: int
    positions: int
    origin: Corner
    target: Corner
    distance: float
    top_speed: float
    mean_speed: float


class Ranged(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Of the range that was read, in ms, its end not included."""

    from_: int
    to: int


class Trips(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    pieces: list[Drive | Stay]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    places: list[Dwelling]
    count: int


class Speeds(msgspec.Struct, frozen=True, kw_only=True):
    """ms by speed, in steps."""

    step: float
    ms: list[int]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    time: int
    longitude: float
    latitude: float


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    positions: int
    flagged: int
    distance: float
    moving: int
    stopped: int
    top_speed: float
    mean_speed: float
    hours: list[int]
    speeds: Speeds
    first: Moment | UnsetType = UNSET
    last: Moment | UnsetType = UNSET
    bbox: Bounds | UnsetType = UNSET


class DaySums(Sums, frozen=True, kw_only=True):
    day: int


class DeviceSums(Sums, frozen=True, kw_only=True):
    device_id: str


class Days(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    days: list[DaySums]
    total: Sums


class FleetDay(msgspec.Struct, frozen=True, kw_only=True):
    day: int
    devices: list[DeviceSums]
    next: str | None
    count: int
    total: Sums


class History(Ranged, frozen=True, kw_only=True):
    version: str
    made: int | None


class Density(Ranged, frozen=True, kw_only=True):
    cells: list[Cell]
    positions: int


class Timeline(Ranged, frozen=True, kw_only=True):
    start: int
    length: int
    positions: list[int]
    moving: list[int]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    block: int
    version: str


class Replay(Ranged, frozen=True, kw_only=True):
    length: int
    steps: list[int]
    blocks: list[Block]


class FleetSums(msgspec.Struct, frozen=True, kw_only=True):
    positions: int
    distance: float
    moving: int
    top_speed: float


class FleetDaySums(FleetSums, frozen=True, kw_only=True):
    day: int
    devices: int


class FarthestSums(FleetSums, frozen=True, kw_only=True):
    device_id: str


class Analytics(Ranged, frozen=True, kw_only=True):
    positions: int
    distance: float
    moving: int
    top_speed: float
    devices: int
    hours: list[int]
    speeds: Speeds
    days: list[FleetDaySums]
    farthest: list[FarthestSums]


class DeviceDistances(msgspec.Struct, frozen=True, kw_only=True):
    """Metres by the start of the UTC day."""

    device_id: str
    days: dict[str, float]


class Distances(Ranged, frozen=True, kw_only=True):
    devices: list[DeviceDistances]
    next: str | None
