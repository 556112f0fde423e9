"""Work that a large request makes is done in slices: other work gets its turn, and what comes of it is the same."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.bus.memory import MemoryBus
from herenow.intake import intake
from herenow.intake.intake import LOOK_EVERY, LocalIntake
from herenow.model.device import Device, advance, steps
from herenow.model.report import Report
from tests.support.positions import NOW, position

MOVES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.integers(0, 5)), max_size=40)


@contextlib.asynccontextmanager
async def recorded(bus: MemoryBus) -> AsyncIterator[None]:
    """All that is published is taken."""

    async def take() -> None:
        async for delivery in bus.consume():
            await delivery.acknowledge()

    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(take())
        yield
        taking.cancel()


async def test_checking_pauses_whichever_rows_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SLICE", -1.0)  # it pauses whenever it looks at the clock
    count, turns = 20 * LOOK_EVERY, 0
    reports = [Report(device_id="a", time=NOW + n, latitude=60.0, longitude=25.0) for n in range(count)]

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    bus = MemoryBus()
    async with recorded(bus):
        others = asyncio.create_task(take_turns())
        numbered = [(2 * index, report) for index, report in enumerate(reports)]  # as if each second row was wrong
        receipt = await LocalIntake(bus, lambda: NOW).take_numbered(numbered, [], "test")
        others.cancel()
    assert receipt.accepted == count
    assert turns >= 20


@given(moves=MOVES, size=st.integers(1, 10))
def test_moves_in_slices_are_those_of_the_whole(moves: list[tuple[str, int, int]], size: int) -> None:
    positions = [position(device_id, NOW + time, 60.0 + place / 1000) for device_id, time, place in moves]
    before: dict[str, Device] = {"a": advance({}, [position("a", NOW + 5)])[0]}
    moved: dict[str, Device] = {}
    whole: dict[str, Device] = {}
    in_one = steps(before, positions, whole)
    for start in range(0, len(positions), size):
        if steps(before, positions[start : start + size], moved) is None:
            assert in_one is None, "what is out of order is so in any slices"
            return
    assert moved == whole
    assert in_one is not None
    assert moved == {device.device_id: device for device in in_one}


@given(moves=MOVES)
def test_a_delivery_moves_devices_in_order_of_time_whatever_its_own_order(moves: list[tuple[str, int, int]]) -> None:
    positions = [position(device_id, NOW + time, 60.0 + place / 1000) for device_id, time, place in moves]
    before = {"a": advance({}, [position("a", NOW + 5)])[0]}
    in_order = sorted(positions, key=lambda one: one.version)
    assert last_places(advance(before, positions)) == last_places(advance(before, in_order))


def last_places(moves: list[Device]) -> dict[str, tuple[int, float, float]]:
    return {device.device_id: (device.position.time, device.position.latitude, device.distance) for device in moves}
