"""Requests that moving features refuse, and how much one answer looks at."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_moving_features import ITEMS, MINUTE, START, VAN, between, fix, ids, pages
from tests.support.http_requests import get, is_problem, post
from tests.support.server import Server, running, wait_for


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("moving") / "positions.db") as started:
        assert post(started, json.dumps(fix("van", 590 * MINUTE, 60.0)).encode()).json()["accepted"] == 1
        wait_for(lambda: get(started, VAN).status_code == 200)
        yield started


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/ogc/collections/ships", {}, 404, "'devices', got 'ships'"),
        ("/ogc/collections/ships/items", {}, 404, "'devices', got 'ships'"),
        ("/ogc/collections/ships/items/van", {}, 404, "'devices', got 'ships'"),
        (f"{ITEMS}/nobody", {}, 404, "'nobody', which never reported"),
        (f"{ITEMS}/nobody/tgsequence", {}, 404, "'nobody', which never reported"),
        (f"{ITEMS}/nobody/tproperties/speed", {}, 404, "'nobody', which never reported"),
        (f"{VAN}/tproperties/colour", {}, 404, "one of speed, course"),
        (f"{VAN}/tgsequence/{START}/distance", {}, 404, "as in tgsequence"),
        (f"{VAN}/tgsequence/first/distance", {}, 404, "as in tgsequence"),
        (f"{VAN}/tgsequence/{'9' * 30}/distance", {}, 404, "as in tgsequence"),
        (f"{VAN}/tgsequence/{START + 590 * MINUTE}/torque", {}, 404, "distance, velocity, acceleration"),
        (ITEMS, {"colour": "red"}, 400, "bbox, datetime, subTrajectory, limit, cursor; got 'colour'"),
        ("/ogc/collections", {"limit": 1}, 400, "none here; got 'limit'"),
        (ITEMS, {"limit": 0}, 400, "limit"),
        (ITEMS, {"limit": "ten"}, 400, "limit"),
        (ITEMS, {"bbox": "1,2,3"}, 400, "four numbers"),
        (ITEMS, {"bbox": "1,2,x,3,4,5"}, 400, "heights"),
        (ITEMS, {"bbox": "1,2,9,3,4,5"}, 400, "least height"),
        (ITEMS, {"cursor": "rubbish!"}, 400, "cursor"),
        (ITEMS, {"cursor": "WzEsMl0"}, 400, "cursor"),
        (ITEMS, {"datetime": "noon"}, 400, "datetime: expected times like"),
        (ITEMS, {"datetime": "1790000000000"}, 400, "datetime: expected times like"),
        (ITEMS, {"datetime": "2026-01-01T00:00:00"}, 400, "datetime: expected times like"),
        (ITEMS, {"datetime": "2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"}, 400, "begins before it ends"),
        (ITEMS, {"datetime": "2001-01-01T00:00:00Z/2026-01-01T00:00:00Z"}, 400, "at most 3660 days"),
        (ITEMS, {"subTrajectory": "true"}, 400, "both ends beside subTrajectory"),
        (ITEMS, {"subTrajectory": "true", "datetime": "2026-01-01T00:00:00Z/.."}, 400, "both ends"),
        (ITEMS, {"subTrajectory": "true", "datetime": "2026-01-01T00:00:00Z"}, 400, "both ends"),
        (f"{VAN}/tgsequence", {"cursor": "InZhbiI"}, 400, "cursor"),
        (f"{VAN}/tgsequence", {"leaf": "2026-01-02T00:00:00Z,2026-01-01T00:00:00Z"}, 400, "each later"),
        (f"{VAN}/tgsequence", {"leaf": ",".join(["2026-01-02T00:00:00Z"] * 101)}, 400, "at most 100 times"),
        (
            f"{VAN}/tgsequence",
            {
                "leaf": "2026-01-02T00:00:00Z",
                "subTrajectory": "true",
                "datetime": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
            },
            400,
            "leaf or subTrajectory",
        ),
        ("/ogc/nothing", {}, 404, "openapi.json"),
    ],
)
def test_bad_requests_are_refused_with_the_reason(
    server: Server, path: str, query: dict[str, Any], status: int, says: str
) -> None:
    is_problem(get(server, path, **query), status, says)


def test_an_answer_looks_at_so_many_devices_and_positions_and_goes_on_from_there(tmp_path: Path) -> None:
    bounds = {
        "herenow.api.routes.moving_devices.MAX_CANDIDATES": 3,
        "herenow.api.routes.moving_devices.MAX_POSITIONS": 4,
    }
    with running(tmp_path / "positions.db", constants=bounds) as small:
        rows = [fix(f"bus {n}", minute * MINUTE, 60.0 + n) for n in range(7) for minute in (0, 1, 2)]
        assert post(small, json.dumps(rows).encode()).json()["accepted"] == 21
        wait_for(lambda: get(small, ITEMS).json()["numberMatched"] == 7)
        then = {"datetime": between(0, MINUTE), "limit": 2}
        for query in (then, then | {"subTrajectory": "true"}):
            all_pages = pages(small, ITEMS, **query)
            assert [one for page in all_pages for one in ids(page)] == [f"bus {n}" for n in range(7)]
        there = pages(small, ITEMS, **then, bbox="24,65.5,26,66.5", subTrajectory="true")
        assert [ids(page) for page in there] == [[], [], [], ["bus 6"]], "of three positions in each, four are read"
        more = [fix("bus 0", minute * MINUTE, 60.0) for minute in (3, 4)]
        assert post(small, json.dumps(more).encode()).json()["accepted"] == 2
        is_problem(get(small, ITEMS, **then, subTrajectory="true"), 400, "more than 4 positions", "tgsequence")
