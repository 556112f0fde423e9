"""The devices of a request of OGC API, a page at a time."""

import asyncio
from collections.abc import Sequence

import msgspec

from herenow.api.context import AppContext
from herenow.api.cursor import device_place, next_cursor
from herenow.errors import BadRequest
from herenow.history.ogc import moving_features as mf
from herenow.history.ogc.primitives import Area, Moments, moved_during, part, read_runs
from herenow.model.device import Device
from herenow.store.port import PositionReader

MAX_CANDIDATES = 1000  # devices whose history one response reads
MAX_POSITIONS = 10_000  # of one trajectory; behind so many that were read a page ends
_AT_ONCE = 16  # devices


class MovementFilter(msgspec.Struct, frozen=True):
    """Devices that are in the area; that reported in the moments; or, for a `trajectory`, that passed the area in
    the moments."""

    area: Area | None
    moments: Moments | None
    trajectory: bool

    def may_be(self, device: Device) -> bool:
        """Whether its history can match."""
        position = device.position
        if self.moments and device.latest < self.moments.start:
            return False
        if self.trajectory or self.area is None:
            return True
        if device.ahead:
            return False
        # Most are elsewhere, so the cheap test comes first.
        return self.area.box.contains(position.longitude, position.latitude) and self.area.touched([position])


class DevicePage(msgspec.Struct, frozen=True):
    """`following` is the cursor of the next page, None behind the last; `matched` is None if not counted."""

    features: list[mf.Json]
    following: str | None
    matched: int | None = None


async def moving_devices(context: AppContext, wanted: MovementFilter, cursor: str | None, limit: int) -> DevicePage:
    """Up to `limit` of them by id. Where it takes too many devices or positions to find so many there are fewer, and a
    next page. Raises BadRequest for a single trajectory that is too long."""
    place, fleet = device_place(cursor), context.hub.fleet
    if wanted.moments is None:
        page, total = fleet.page(place, limit + 1, wanted.may_be)
        return DevicePage(
            [mf.still_feature(device) for device in page[:limit]], next_cursor(page, limit, _id_of), total
        )
    candidates, _ = fleet.page(place, MAX_CANDIDATES + 1, wanted.may_be)
    if wanted.trajectory:
        return await _trajectories(context.store, candidates, wanted.area, wanted.moments, limit)
    return await _with_positions(context.store, candidates, wanted.moments, limit)


def _id_of(device: Device) -> str:
    return device.device_id


async def _with_positions(
    store: PositionReader, candidates: Sequence[Device], moments: Moments, limit: int
) -> DevicePage:
    features: list[mf.Json] = []
    for first in range(0, min(len(candidates), MAX_CANDIDATES), _AT_ONCE):
        some = candidates[first : min(first + _AT_ONCE, MAX_CANDIDATES)]
        answers = await asyncio.gather(*(_has_position(store, device, moments) for device in some))
        for number, (device, has_position) in enumerate(zip(some, answers, strict=True), first + 1):
            if has_position:
                features.append(mf.still_feature(device))
            if len(features) == limit:
                return DevicePage(features, next_cursor(candidates, number, _id_of))
    return DevicePage(features, next_cursor(candidates, MAX_CANDIDATES, _id_of))


async def _has_position(store: PositionReader, device: Device, moments: Moments) -> bool:
    return moments.start <= device.latest <= moments.end or await moved_during(store, device.device_id, moments)


async def _trajectories(
    store: PositionReader, candidates: Sequence[Device], area: Area | None, moments: Moments, limit: int
) -> DevicePage:
    features: list[mf.Json] = []
    read = 0
    for number, device in enumerate(candidates[:MAX_CANDIDATES]):
        if len(features) == limit or read >= MAX_POSITIONS:
            return DevicePage(features, next_cursor(candidates, number, _id_of))
        runs = await read_runs(store, device.device_id, moments, MAX_POSITIONS)
        if runs is None:
            raise BadRequest(
                f"{device.device_id!r} has more than {MAX_POSITIONS} positions in that time; "
                "ask for a shorter one, or for its tgsequence, which comes in pages"
            )
        read += sum(map(len, runs))
        trajectory = [part(one, moments) for one in runs]
        if trajectory and (area is None or any(map(area.touched, trajectory))):
            features.append(await asyncio.to_thread(mf.moving_feature, device, trajectory))
    return DevicePage(features, next_cursor(candidates, MAX_CANDIDATES, _id_of))
