"""What the JSON about history says, as types; part of what `answers.py` has of all."""

from typing import Any, NotRequired, TypedDict

import msgspec

from herenow.history.queries.density import Cell
from herenow.history.tracks.places import Dwelling

Corner = tuple[float, float]  # longitude, latitude
Bounds = tuple[float, float, float, float]  # west, south, east, north


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
