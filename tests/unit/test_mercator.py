"""The one projection of the server, against PROJ and the formula of the wiki."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyproj import Transformer

from herenow.model.geo.mercator import (
    NORTHMOST,
    WIDTH,
    columns_or_rows,
    latitudes_of,
    longitudes_of,
    project,
    project_beyond,
)
from tests.support.slippy_map import column_and_row

TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

longitudes = some.floats(-180, 180)
latitudes = some.floats(-NORTHMOST, NORTHMOST)


@given(longitudes, some.floats(-89.9, 89.9))
def test_places_are_where_proj_puts_them(longitude: float, latitude: float) -> None:
    x, y = project_beyond(np.array([longitude]), np.array([latitude]))
    east, north = TO_METRES.transform(longitude, latitude)
    assert (x[0] - 0.5) * WIDTH == pytest.approx(east, abs=1e-6)
    assert (0.5 - y[0]) * WIDTH == pytest.approx(north, abs=1e-5)


@given(longitudes, latitudes)
def test_a_place_comes_back_from_its_x_and_y(longitude: float, latitude: float) -> None:
    x, y = project(np.array([longitude]), np.array([latitude]))
    assert longitudes_of(x)[0] == pytest.approx(longitude, abs=1e-9)
    assert latitudes_of(y)[0] == pytest.approx(latitude, abs=1e-9)


@given(longitudes, some.floats(-90, 90), some.integers(0, 20))
def test_columns_and_rows_are_those_of_the_web_map(longitude: float, latitude: float, zoom: int) -> None:
    x, y = project(np.array([longitude]), np.array([latitude]))
    assert (columns_or_rows(zoom, x)[0], columns_or_rows(zoom, y)[0]) == column_and_row(longitude, latitude, zoom)


def test_what_lies_beyond_the_edge_is_at_the_edge() -> None:
    _, y = project(np.array([0.0, 0.0]), np.array([90.0, -90.0]))
    assert y == pytest.approx([0, 1], abs=1e-12)
    assert columns_or_rows(3, np.array([-0.5, 0.0, 1.0, 1.5])).tolist() == [0, 0, 7, 7]
