"""The list of devices: what it is limited to, its orders, and its pages."""

import time
from typing import Any

import pytest

from tests.support.http_requests import fix, get, is_problem
from tests.support.server import Server, report, wait_for

NOW = time.time_ns() // 1_000_000


def listed(server: Server, **query: Any) -> dict[str, Any]:
    answer = get(server, "/api/devices", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(server: Server, **query: Any) -> list[str]:
    return [device["device_id"] for device in listed(server, **query)["devices"]]


def paged(server: Server, **query: Any) -> list[str]:
    """By cursor, two at a time."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = listed(server, limit=2, **query, **({"cursor": cursor} if cursor else {}))
        found += [device["device_id"] for device in page["devices"]]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.fixture(scope="module")
def five(server: Server) -> Server:
    now = time.time_ns() // 1_000_000  # not that of the import: five minutes after a fix its device is stale
    kinds = ("listed-bus", "listed-car", "listed-bus", "listed-van", None)
    speeds = (3.0, 0.0, 9.0, 5.0, None)
    rows = [
        fix(
            f"list-{n}",
            time=now - n * 1000,
            latitude=50.0 + n,
            attributes={"name": f"Row {9 - n}"} | ({"kind": kind} if kind else {}),
            **({} if speed is None else {"speed": speed}),
        )
        for n, (kind, speed) in enumerate(zip(kinds, speeds, strict=True))
    ]
    report(server, *rows)
    wait_for(lambda: get(server, "/api/devices", search="list-").json()["total"] == 5)
    return server


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("id", "01234"),
        ("-id", "43210"),
        ("name", "43210"),
        ("-name", "01234"),
        ("speed", "10324"),
        ("-speed", "23014"),
        ("time", "43210"),
        ("-time", "01234"),
        ("status", "02314"),
    ],
)
def test_the_order_is_the_same_whole_by_cursor_and_by_offset(five: Server, sort: str, order: str) -> None:
    expected = [f"list-{n}" for n in order]
    query = {"search": "list-", "sort": sort}
    assert ids(five, **query) == expected
    assert paged(five, **query) == expected
    assert [name for at in range(0, 5, 2) for name in ids(five, **query, offset=at, limit=2)] == expected


def test_a_device_that_moves_away_from_the_place_of_the_cursor_takes_nobody_with_it(server: Server) -> None:
    report(server, *[fix(f"goes-{n}", speed=10.0 - n) for n in range(5)])
    wait_for(lambda: listed(server, search="goes-")["total"] == 5)
    query = {"search": "goes-", "sort": "-speed"}
    first = listed(server, **query, limit=2)
    report(server, fix("goes-1", time=NOW + 1, speed=0.1))
    wait_for(lambda: listed(server, search="goes-1")["devices"][0]["speed"] == 0.1)
    rest = listed(server, **query, cursor=first["next"])
    assert [device["device_id"] for device in rest["devices"]] == ["goes-2", "goes-3", "goes-4", "goes-1"]


def test_a_device_that_went_further_comes_first_by_distance(server: Server) -> None:
    for n in range(3):
        report(server, *[fix(f"far-{m}", time=NOW + n, latitude=60 + n * m * 1e-6) for m in range(3)])
    wait_for(lambda: listed(server, search="far-2")["devices"][0]["position"]["time"] == NOW + 2)
    assert ids(server, search="far-", sort="-distance") == ["far-2", "far-1", "far-0"]


def test_several_kinds_and_statuses_are_any_of_each(five: Server) -> None:
    assert ids(five, kind=["listed-bus", "listed-van"]) == ["list-0", "list-2", "list-3"]
    assert ids(five, kind=["listed-bus", "listed-car"], status=["stopped", "idle"]) == ["list-1"]
    assert ids(five, device=["list-4", "list-0", "nobody"]) == ["list-0", "list-4"]


def test_other_is_every_kind_that_the_statistics_do_not_name(server: Server) -> None:
    report(server, *[fix(f"rare-{n}", attributes={"kind": f"rare {n}"}) for n in range(9)])
    wait_for(lambda: get(server, "/api/devices", search="rare-").json()["total"] == 9)
    by_kind = get(server, "/api/stats").json()["by_kind"]
    assert listed(server, kind="other", limit=1)["total"] == by_kind["other"]
    assert sum(listed(server, kind=kind, limit=1)["total"] for kind in by_kind) == listed(server, limit=1)["total"]


def test_a_box_takes_those_that_stand_in_it(five: Server) -> None:
    assert ids(five, search="list-", bbox="24,51.5,26,53.5") == ["list-2", "list-3"]


def test_where_nothing_matches_it_says_how_many_would_without_each_condition(five: Server) -> None:
    found = listed(five, search="list-0", kind="listed-car", bbox="24,49,26,59")
    assert found["total"] == 0
    assert found["without"] == {"search": 1, "kind": 1, "bbox": 0}
    assert "without" not in listed(five, search="list-0")


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"sort": "size"}, 422, "sort"),
        ({"bbox": "1,2"}, 400, "bbox"),
        ({"kind": "x" * 33}, 422, "kind"),
        ({"status": ["moving", "flying"]}, 422, "status"),
        ({"offset": -1}, 422, "offset"),
        ({"sort": "name", "cursor": "WzEsMl0"}, 400, "cursor"),
        ({"cursor": "bm90IEpTT04"}, 400, "cursor"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(
    server: Server, query: dict[str, Any], status: int, says: str
) -> None:
    is_problem(get(server, "/api/devices", **query), status, says)


def test_a_cursor_holds_for_its_own_order_and_without_an_offset(five: Server) -> None:
    cursor = listed(five, sort="speed", limit=1)["next"]
    is_problem(get(five, "/api/devices", sort="name", cursor=cursor), 400, "sort=name")
    is_problem(get(five, "/api/devices", sort="speed", cursor=cursor, offset=3), 400, "both")
