"""Devices that pass the 180th meridian, or stand on it, in every question with a box."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from herenow.model.clock import DAY
from tests.support.http_requests import get
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for
from tests.support.sockets import WIRES, open_socket

RECORDING = Path(__file__).parent.parent / "recordings" / "antimeridian.csv"
ITEMS = "/ogc/collections/devices/items"
DRIVEN = "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z"
WEST, EAST = "170,-20,180,-10", "-180,-20,-170,-10"  # boxes that share the meridian
NOW = time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with RECORDING.open() as file:
        rows: list[dict[str, object]] = [
            row | {"latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
            for row in csv.DictReader(file)
        ]
    for name, longitude in (("minus", -180.0), ("plus", 180.0), ("fiji", 178.0), ("samoa", -172.0), ("zero", 0.0)):
        rows.append({"device_id": name, "time": NOW - 60_000, "latitude": -16.0, "longitude": longitude})
    with running(tmp_path_factory.mktemp("meridian") / "positions.db") as started:
        assert report(started, *rows).json()["accepted"] == len(rows)
        wait_for(lambda: get(started, "/api/devices").json()["total"] == 6)
        yield started


def ids(devices: list[Any]) -> set[str]:
    return {one["device_id"] for one in devices}


@pytest.mark.parametrize(
    ("bbox", "passed"),
    [
        ("179.95,-17,180,-16.5", True),
        ("-180,-17,-179.95,-16.5", True),
        ("179,-17,-179,-16.5", True),
        ("-1,-17,1,-16.5", False),
        ("89,-17,91,-16.5", False),
        ("-179.8,-17,179.8,-16.5", False),
    ],
)
def test_a_way_over_the_meridian_is_in_the_boxes_that_it_passed(server: Server, bbox: str, passed: bool) -> None:
    items = get(server, ITEMS, bbox=bbox, datetime=DRIVEN, subTrajectory="true").json()["features"]
    assert [one["id"] for one in items] == ["f7"] * passed
    sequence = get(server, f"{ITEMS}/f7/tgsequence", bbox=bbox, datetime=DRIVEN).json()
    assert sequence["numberReturned"] == passed


def test_its_line_is_cut_and_its_bbox_goes_the_short_way(server: Server) -> None:
    (feature,) = [
        one for one in get(server, ITEMS, datetime=DRIVEN, subTrajectory="true").json()["features"] if one["id"] == "f7"
    ]
    assert feature["bbox"] == [179.9, -16.8, -179.9, -16.8]
    assert feature["geometry"]["type"] == "MultiLineString"
    assert [[place[0] for place in line] for line in feature["geometry"]["coordinates"]] == [
        [179.9, 180],
        [-180, -179.9],
    ]
    assert {place[1] for line in feature["geometry"]["coordinates"] for place in line} == {-16.8}


@pytest.mark.parametrize(
    ("bbox", "found"),
    [
        (WEST, {"fiji", "minus", "plus"}),
        (EAST, {"samoa", "minus", "plus", "f7"}),
        ("170,-20,-170,-10", {"fiji", "samoa", "minus", "plus", "f7"}),
        ("180,-20,180,-10", {"minus", "plus"}),
        ("-1,-20,1,-10", {"zero"}),
    ],
)
def test_what_stands_on_the_meridian_is_in_each_box_with_an_edge_there(
    server: Server, bbox: str, found: set[str]
) -> None:
    assert ids(get(server, "/api/devices", bbox=bbox).json()["devices"]) == found
    assert ids(get(server, "/api/positions/latest", bbox=bbox).json()["positions"]) == found
    assert {one["id"] for one in get(server, ITEMS, bbox=bbox).json()["features"]} == found


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("bbox", "beside"), [(WEST, "fiji"), (EAST, "samoa")])
async def test_a_live_view_shows_it_as_well(server: Server, wire: str, bbox: str, beside: str) -> None:
    async with open_socket(server, wire) as socket:
        snapshot = await socket.look(bbox=[float(edge) for edge in bbox.split(",")], zoom=8)
    assert {"minus", "plus", beside} <= snapshot.ids


def test_history_counts_it_in_the_box_to_its_east(server: Server) -> None:
    def counted(path: str, bbox: str, **query: object) -> Any:
        return get(server, f"/api/history/{path}", bbox=bbox, **query, **{"from": NOW - DAY}).json()

    def cells(bbox: str, zoom: int) -> int:
        return sum(cell["count"] for cell in counted("density", bbox, zoom=zoom).get("cells", []))

    wait_for(lambda: cells("-180,-90,180,90", 3) == 5)
    wait_for(lambda: counted("analytics", "-180,-90,180,90")["positions"] == 5)
    for bbox, positions in ((WEST, 1), (EAST, 3), ("170,-20,-170,-10", 4), ("-1,-20,1,-10", 1)):
        assert cells(bbox, 8) == positions
        assert counted("analytics", bbox)["positions"] == positions
    for zoom in (0, 3, 8):
        assert cells("100,-90,-100,90", zoom) == 4, "a tile that holds both parts of a box counts once"


def test_the_days_of_what_passes_it_have_a_short_bbox(server: Server) -> None:
    def box() -> Any:
        answer = httpx.get(
            f"{server.url}/api/devices/f7/days", params={"from": DRIVEN[:20], "to": DRIVEN[21:]}, timeout=PATIENCE
        )
        return answer.json().get("total", {}).get("bbox")

    wait_for(lambda: box() is not None)
    assert box() == pytest.approx([179.9, -16.8, -179.9, -16.8])
