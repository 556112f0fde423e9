"""The parts that the routes work with, and how a route gets at them."""

from typing import Annotated

import msgspec
from fastapi import Depends
from starlette.requests import HTTPConnection

from herenow.api.body import Bodies
from herenow.live.hub import Hub
from herenow.record.recorder import Recorder
from herenow.sources.report import LocalIntake
from herenow.store.base import Store


class Scene(msgspec.Struct, frozen=True):
    """What a map is told before it draws: credits, what to know, where to look first."""

    attributions: list[dict[str, str]] = []
    notices: list[str] = []
    start: tuple[float, float, float, float] | None = None  # west, south, east, north
    streets: bytes | None = None  # GeoJSON


class Parts(msgspec.Struct, frozen=True):
    intake: LocalIntake
    recorder: Recorder
    hub: Hub
    store: Store
    scene: Scene
    bodies: Bodies
    here_only: bool  # whether only this machine may ask


async def _parts(connection: HTTPConnection) -> Parts:
    parts: Parts = connection.app.state.parts
    return parts


WithParts = Annotated[Parts, Depends(_parts)]
