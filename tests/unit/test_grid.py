"""Tiles: whatever lies in a box lies in one of its tiles, at every level."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.live import departures
from herenow.live.departures import Departures
from herenow.model.geo.box import WORLD, Box
from herenow.model.geo.mercator import project
from herenow.model.geo.tile_grid import DEEPEST, MOST_TILES, MOST_UNZOOMED, cover, tiles_at
from tests.support.slippy_map import column_and_row

longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)
shares = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Small and large ones, also across the 180th meridian."""
    west, south = draw(longitudes), draw(latitudes)
    width, height = draw(st.sampled_from([1e-4, 0.1, 10.0, 300.0])), draw(st.sampled_from([1e-4, 0.1, 10.0, 170.0]))
    east = west + width
    return Box(west, south, east if east <= 180 else east - 360, min(90.0, south + height))


def inside(box: Box, across: float, up: float) -> tuple[float, float]:
    width = (box.east - box.west) % 360
    longitude = box.west + across * width
    return longitude if longitude <= 180 else longitude - 360, box.south + up * (box.north - box.south)


def tile(level: int, longitude: float, latitude: float) -> int:
    x, y = project(np.array([longitude]), np.array([latitude]))
    return int(tiles_at(level, x, y)[0])


@given(boxes(), shares, shares, st.none() | st.floats(0, 30))
def test_what_lies_in_a_box_lies_in_one_of_its_tiles(box: Box, across: float, up: float, zoom: float | None) -> None:
    level, tiles = cover(box, zoom)
    longitude, latitude = inside(box, across, up)
    assert tile(level, longitude, latitude) in tiles
    assert len(tiles) == len(set(tiles)) <= (MOST_UNZOOMED if zoom is None else MOST_TILES)


def test_tiles_are_those_of_the_web_map() -> None:
    level, longitude, latitude = 12, 13.4132, 52.5219
    column, row = column_and_row(longitude, latitude, level)
    assert tile(level, longitude, latitude) == row * 2**level + column


def test_a_screen_is_cut_into_tiles_of_its_own_level_and_a_huge_box_into_coarser_ones() -> None:
    assert cover(Box(13.0, 52.3, 13.8, 52.7), 10.7)[0] == 10
    assert cover(WORLD, 18.0)[0] == 4
    assert cover(WORLD, None)[0] == 3
    assert cover(Box(13.0, 52.0, 13.0, 52.0), 25.0)[0] == DEEPEST


def test_departures_are_kept_in_order_up_to_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MOST", 10)
    log = Departures(7)
    for seq in range(8, 40):
        log.add(seq, np.array([seq * 10, seq * 10 + 1]), np.array([seq, seq]))
    assert log.oldest >= 7
    for seq in range(log.oldest, 40):
        tiles, rows = log.since(seq)
        assert rows.tolist() == [at for at in range(seq + 1, 40) for _ in range(2)]
        assert len(tiles) == len(rows)
    assert 40 - log.oldest > 5


def test_more_departures_at_once_than_are_kept_are_all_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MOST", 10)
    log = Departures(7)
    log.add(8, np.arange(11), np.arange(11))
    assert log.oldest == 8
    log.add(9, np.arange(3), np.arange(3))
    assert log.since(8)[1].tolist() == [0, 1, 2]
