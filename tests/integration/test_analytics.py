"""Sums over a fleet in any range and box, on each store: the same as a recount, and parts add up to the whole."""

import random
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest

from herenow.errors import BadRequest
from herenow.history.queries import analytics as module
from herenow.history.queries.analytics import AnalyticsQuery, FleetTotals, analytics, part_of
from herenow.history.queries.density import density
from herenow.history.queries.tiles import Filter
from herenow.history.rollups.rounds import Rollup
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.summary import Figures, summary
from herenow.history.tracks.track import latitudes, longitudes
from herenow.model.clock import DAY, HOUR
from herenow.model.geo.box import WORLD, Box
from herenow.model.position import Position
from herenow.store.port import Span, Store
from herenow.store.track import PLACES
from tests.integration.test_rollup import START, drive
from tests.support import stores
from tests.support.rollups import judged, quick
from tests.support.stores import keep

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

EVER = Span(START - DAY, START + 9 * DAY)


def fleet() -> list[Position]:
    return drive("bus-1", 400) + drive("bus-2", 300, step=90_000) + drive("phone", 200, step=400_000)


@pytest.fixture
async def positions(store: Store, quick: None) -> list[Position]:
    """Of a fleet that drove for some days; rollups are made of them."""
    made = fleet()
    await keep(store, made)
    await Rollup(store).catch_up()
    return made


def same(found: FleetTotals, parts: list[FleetTotals]) -> None:
    assert sum(part.whole.positions for part in parts) == found.whole.positions
    assert sum(part.whole.moving for part in parts) == found.whole.moving
    assert np.sum([part.whole.hours for part in parts], axis=0).tolist() == found.whole.hours
    assert np.sum([part.whole.speeds for part in parts], axis=0).tolist() == found.whole.speeds
    assert sum(part.whole.distance for part in parts) == pytest.approx(found.whole.distance, abs=0.01)
    assert max(part.whole.top for part in parts) == pytest.approx(found.whole.top)


async def test_a_box_counts_what_a_recount_finds_in_it(store: Store, positions: list[Position]) -> None:
    tracks = {device_id: unflagged(found) for device_id, found in judged(positions).items()}
    middle = positions[150]
    for box in (WORLD, Box(24.9, 60.1, 25.0, 60.25), Box(middle.longitude, -90, 180, middle.latitude)):
        for span in (EVER, Span(START + 3 * HOUR + 12_345, START + DAY + 7 * HOUR)):
            found = await analytics(store.rollups, AnalyticsQuery(span, box))
            expected = 0
            for track in tracks.values():
                times = track["time"]
                there = box.counts(longitudes(track), latitudes(track)) & (times >= span.start) & (times < span.end)
                expected += int(there.sum())
            assert found.whole.positions == expected, (box, span)


async def test_boxes_and_ranges_that_part_the_whole_add_up_to_it(store: Store, positions: list[Position]) -> None:
    whole = await analytics(store.rollups, AnalyticsQuery(EVER))
    assert whole.whole.positions == sum(len(unflagged(found)) for found in judged(positions).values())
    dice = random.Random(7)
    for _ in range(4):
        one = dice.choice(positions)
        east, north = round(one.longitude * PLACES) / PLACES, round(one.latitude * PLACES) / PLACES
        boxes = (
            Box(-180, -90, east, north),
            Box(east, -90, 180, north),
            Box(-180, north, east, 90),
            Box(east, north, 180, 90),
        )
        same(whole, [await analytics(store.rollups, AnalyticsQuery(EVER, box)) for box in boxes])
        cut = dice.randrange(START, START + 2 * DAY)
        spans = (Span(EVER.start, cut), Span(cut, EVER.end))
        same(whole, [await analytics(store.rollups, AnalyticsQuery(span)) for span in spans])


async def test_days_devices_and_the_whole_agree(store: Store, positions: list[Position]) -> None:
    found = await analytics(store.rollups, AnalyticsQuery(EVER))
    assert set(found.devices) == {"bus-1", "bus-2", "phone"}
    for parts in (found.days.values(), found.devices.values()):
        assert sum(part.positions for part in parts) == found.whole.positions
        assert sum(part.distance for part in parts) == pytest.approx(found.whole.distance)
    assert sum(found.by_device_day.values()) == pytest.approx(found.whole.distance)
    assert sum(found.whole.hours) == found.whole.positions
    alone = await analytics(store.rollups, AnalyticsQuery(EVER, device_ids={"phone"}))
    assert alone.whole.positions == found.devices["phone"].positions
    nobody = await analytics(store.rollups, AnalyticsQuery(Span(0, DAY)))
    assert (nobody.whole.positions, nobody.days) == (0, {})


async def test_a_box_that_nothing_lies_in_is_empty_and_one_beyond_the_180th_meridian_too(
    store: Store, positions: list[Position]
) -> None:
    for box in (Box(0, 0, 1, 1), Box(170, -90, -170, 90), Box(24, -10, 26, 0)):
        assert (await analytics(store.rollups, AnalyticsQuery(EVER, box))).whole.positions == 0
    around = await analytics(store.rollups, AnalyticsQuery(EVER, Box(20, -90, 10, 90)))
    assert around.whole.positions == (await analytics(store.rollups, AnalyticsQuery(EVER))).whole.positions


async def test_more_than_can_be_summed_up_is_refused(
    store: Store, positions: list[Position], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DEVICE_DAYS", 1)
    with pytest.raises(BadRequest, match="more than 1 days of devices to be summed up"):
        await analytics(store.rollups, AnalyticsQuery(EVER))
    monkeypatch.setattr(module, "MAX_DEVICE_DAYS", 100)
    monkeypatch.setattr(module, "MAX_CROSSING", 1)
    with pytest.raises(BadRequest, match="that cross the edge"):
        await analytics(store.rollups, AnalyticsQuery(Span(START + HOUR, START + DAY)))


def test_a_part_that_is_all_of_a_day_is_that_day() -> None:
    for found in judged(fleet()).values():
        for day in np.unique(found["time"] // DAY).tolist():
            whole, again = (
                summary(found, day),
                part_of(unflagged(found), Span(day * DAY, (day + 1) * DAY), AnalyticsQuery(EVER)),
            )
            for name in Figures.__struct_fields__:
                assert name == "flagged" or getattr(again, name) == getattr(whole, name)


def least(columns: Iterable[npt.NDArray[np.float64]]) -> float:
    return min(float(column.min()) for column in columns)


def most(columns: Iterable[npt.NDArray[np.float64]]) -> float:
    return max(float(column.max()) for column in columns)


async def test_density_counts_every_position_once_wherever_it_lies(store: Store, positions: list[Position]) -> None:
    tracks = {device_id: unflagged(found) for device_id, found in judged(positions).items()}
    total = sum(len(found) for found in tracks.values())
    span = Span(START, START + 3 * DAY)
    west, east = (edge(longitudes(found) for found in tracks.values()) for edge in (least, most))
    south, north = (edge(latitudes(found) for found in tracks.values()) for edge in (least, most))
    around = Box(west, south, east + 1 / PLACES, north + 1 / PLACES)  # east and north edges do not count
    for zoom in (0, 3, 8, 11):
        cells = await density(store.rollups, around, zoom, span, Filter())
        assert sum(cell.count for cell in cells) == total
        assert [cell.count for cell in cells] == sorted((cell.count for cell in cells), reverse=True)
        for cell in cells:
            west, south, east, north = cell.bbox
            assert west - 1e-9 <= cell.longitude <= east + 1e-9
            assert south - 1e-9 <= cell.latitude <= north + 1e-9
    near = Box(24.94, 60.17, 24.99, 60.2)
    cells = await density(store.rollups, near, 17, span, Filter())
    columns = [(longitudes(found), latitudes(found)) for found in tracks.values()]
    inside = sum(near.contains(x, y) for xs, ys in columns for x, y in zip(xs, ys, strict=True))
    assert sum(cell.count for cell in cells) == pytest.approx(inside, abs=5), "a cell lies where its mean does"
    buses = await density(store.rollups, around, 9, span, Filter("bus"))
    assert sum(cell.count for cell in buses) == total - len(tracks["phone"])
    assert await density(store.rollups, Box(0, 0, 1, 1), 9, span, Filter()) == []
    with pytest.raises(BadRequest, match="too many cells"):
        await density(store.rollups, WORLD, 20, span, Filter())
