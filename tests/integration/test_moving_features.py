"""Devices as moving features, read as a client of OGC API does: by following links."""

import io
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import geopandas
import httpx
import pytest
from pyproj import Geod

from herenow.history.ogc.moving_features import PROPERTIES
from herenow.model.clock import DAY, HOUR
from tests.support import ogc_schemas
from tests.support.http_requests import get, post
from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

START = (time.time_ns() // 1_000_000 // DAY - 5) * DAY
MINUTE = 60_000
ODD = "fleet/4 é?#%&"
ITEMS = "/ogc/collections/devices/items"
VAN = f"{ITEMS}/van"


def fix(device_id: str, moment: int, latitude: float, longitude: float = 25.0, **more: object) -> dict[str, object]:
    return {"device_id": device_id, "time": START + moment, "latitude": latitude, "longitude": longitude, **more}


def driven() -> list[dict[str, object]]:
    """A van drives north from 9:50 to 10:20, a position a minute, and is seen once more at noon."""
    named = {"name": "Van 1", "kind": "van"}
    rows = [fix("van", 590 * MINUTE + n * MINUTE, 60.0 + n / 1000, speed=1.5 + n, attributes=named) for n in range(31)]
    rows.append(fix("van", 12 * HOUR, 61.0, altitude=20.0, course=359.0, attributes=named))
    rows += [fix(ODD, n * MINUTE, 0.0, 10.0 + n) for n in range(3)]
    rows += [fix(f"many {n:02}", n * HOUR, 10.0, float(n)) for n in range(12)]
    return rows


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("moving") / "positions.db") as started:
        rows = driven()
        assert post(started, json.dumps(rows).encode()).json()["accepted"] == len(rows)
        wait_for(lambda: get(started, ITEMS).json()["numberMatched"] == 14)
        yield started


def at(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((START + moment) // 1000))


def between(start: int, end: int) -> str:
    return f"{at(start)}/{at(end)}"


def ask(server: Server, path: str, schema: Any, **query: Any) -> Any:
    answer = get(server, path, **query)
    assert answer.status_code == 200, answer.text
    ogc_schemas.follows(answer.json(), schema)
    return answer.json()


def link(answer: httpx.Response, rel: str, title: str = "") -> str | None:
    """Where a link of an answer leads, as a browser would find out."""
    found = [one for one in answer.json()["links"] if one["rel"] == rel and one.get("title", "") == title]
    return urljoin(str(answer.url), found[0]["href"]) if found else None


def pages(server: Server, path: str, **query: Any) -> list[Any]:
    answers = [get(server, path, **query)]
    while following := link(answers[-1], "next"):
        assert len(answers) < 100
        answers.append(httpx.get(following, timeout=PATIENCE))
    return [answer.json() for answer in answers]


def ids(found: Any) -> list[str]:
    return [feature["id"] for feature in found["features"]]


def test_everything_is_found_from_the_landing_page(server: Server) -> None:
    landing = httpx.get(f"{server.url}/ogc", timeout=PATIENCE)
    for rel in ("self", "service-desc", "conformance", "data"):
        (found,) = [one for one in landing.json()["links"] if one["rel"] == rel]
        answer = httpx.get(found["href"], timeout=PATIENCE)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == found["type"]
    assert found["href"] == f"{server.url}/ogc/collections"
    assert len(httpx.get(link(landing, "conformance") or "", timeout=PATIENCE).json()["conformsTo"]) == 2
    collections = httpx.get(link(landing, "data") or "", timeout=PATIENCE)
    (listed,) = collections.json()["collections"]
    assert (listed["id"], listed["itemType"]) == ("devices", "movingfeature")
    collection = httpx.get(urljoin(str(collections.url), listed["links"][0]["href"]), timeout=PATIENCE)
    assert collection.json()["id"] == "devices"
    assert collection.json()["links"] == listed["links"], "they are absolute"
    items = httpx.get(link(collection, "items") or "", timeout=PATIENCE)
    assert items.headers["content-type"] == "application/geo+json"
    device = httpx.get(urljoin(str(items.url), items.json()["features"][0]["links"][0]["href"]), timeout=PATIENCE)
    assert device.json()["id"] == ids(items.json())[0] == ODD
    for title in ("tgsequence", "tproperties"):
        assert httpx.get(link(device, "related", title) or "", timeout=PATIENCE).status_code == 200


def test_links_are_absolute_under_the_address_that_proxies_name(server: Server) -> None:
    proxied = {
        "X-Forwarded-Proto": "https, http",
        "X-Forwarded-Host": "example.org",
        "X-Forwarded-Prefix": "/maps/live/",
    }
    links = httpx.get(f"{server.url}{VAN}", headers=proxied, timeout=PATIENCE).json()["links"]
    there = [one["href"] for one in links]
    root = "https://example.org/maps/live/ogc/collections/devices"
    assert there == [f"{root}/items/van", root, f"{root}/items/van/tgsequence", f"{root}/items/van/tproperties"]


def test_devices_come_in_pages_that_geopandas_reads(server: Server) -> None:
    ask(server, ITEMS, ogc_schemas.FeatureCollection)
    all_pages = pages(server, ITEMS, limit=5)
    assert [page["numberReturned"] for page in all_pages] == [5, 5, 4]
    assert {page["numberMatched"] for page in all_pages} == {14}
    assert [one for page in all_pages for one in ids(page)] == [ODD, *(f"many {n:02}" for n in range(12)), "van"]
    read = geopandas.read_file(io.StringIO(get(server, ITEMS, limit=100).text))
    assert read.crs.to_epsg() == 4979, "WGS 84, with the height of one of them"
    van = read[read["id"] == "van"].iloc[0]
    assert (van.geometry.x, van.geometry.y, van["name"], van["kind"]) == (25.0, 61.0, "Van 1", "van")


def test_what_a_proxy_names_must_be_part_of_a_url(server: Server) -> None:
    for header, value in (("Proto", "gopher"), ("Host", "a b"), ("Prefix", "maps"), ("Prefix", "//elsewhere.example")):
        answer = httpx.get(f"{server.url}/ogc", headers={f"X-Forwarded-{header}": value}, timeout=PATIENCE)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith(f"x-forwarded-{header.lower()}: expected ")


def test_properties_say_what_a_device_is_and_how_it_moves(server: Server) -> None:
    assert get(server, VAN).json()["properties"] == {
        "device_id": "van",
        "name": "Van 1",
        "kind": "van",
        "time": at(12 * HOUR).replace("Z", ".000Z"),
        "speed": 0.0,
    }
    many = get(server, f"{ITEMS}/many%2000").json()["properties"]
    assert (many["device_id"], "name" in many, "speed" in many) == ("many 00", False, False)


def test_a_page_larger_than_allowed_is_as_large_as_allowed(server: Server) -> None:
    assert get(server, ITEMS, limit=10**9).json()["numberReturned"] == 14


def test_devices_in_a_box_are_those_whose_newest_position_is(server: Server) -> None:
    assert ids(get(server, ITEMS, bbox="24,60.9,26,61.1").json()) == ["van"]
    assert ids(get(server, ITEMS, bbox="24,59,26,60.5").json()) == []
    assert ids(get(server, ITEMS, bbox="24,60,0,26,62,10").json()) == [], "it is 20 m high"
    assert ids(get(server, ITEMS, bbox="24,60,0,26,62,30").json()) == ["van"]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (between(590 * MINUTE, 600 * MINUTE), ["many 10", "van"]),
        (at(590 * MINUTE + 30_000), ["van"]),
        (at(11 * HOUR + 10 * MINUTE), []),
        (f"{at(12 * HOUR)}/..", ["van"]),
        (f"../{at(30_000)}", [ODD, "many 00"]),
        (f"/{at(30_000)}", [ODD, "many 00"]),
        (at(-1 * DAY), []),
    ],
)
def test_devices_of_a_time_are_those_that_reported_around_it(server: Server, when: str, found: list[str]) -> None:
    device_ids = [one for page in pages(server, ITEMS, datetime=when, limit=1) for one in ids(page)]
    assert device_ids == found


def test_a_sub_trajectory_is_cut_where_the_time_says(server: Server) -> None:
    query = {"datetime": between(595 * MINUTE + 30_000, 600 * MINUTE), "subTrajectory": "true"}
    collection = ask(server, ITEMS, ogc_schemas.FeatureCollection, **query, bbox="24,60,26,61")
    (van,) = collection["features"]
    moved = van["temporalGeometry"]
    assert moved["coordinates"][0] == pytest.approx([25.0, 60.0055])
    assert moved["datetimes"][0] == at(595 * MINUTE + 30_000).replace("Z", ".000Z")
    assert [place[1] for place in moved["coordinates"][1:]] == pytest.approx([60.006, 60.007, 60.008, 60.009, 60.01])
    assert van["time"] == [moved["datetimes"][0], moved["datetimes"][-1]]
    assert van["temporalProperties"][0]["speed"]["values"] == [7.5, 8.5, 9.5, 10.5, 11.5]
    assert ids(get(server, ITEMS, **query, bbox="24,61,26,62").json()) == [], "it came there later"


def test_movement_over_a_gap_is_several(server: Server) -> None:
    query = {"datetime": between(10 * HOUR, 12 * HOUR), "subTrajectory": "true"}
    found = ask(server, ITEMS, ogc_schemas.FeatureCollection, **query)["features"]
    van = found[ids({"features": found}).index("van")]
    assert van["temporalGeometry"]["type"] == "MovingGeometryCollection"
    assert [len(one["datetimes"]) for one in van["temporalGeometry"]["prisms"]] == [21, 1]


def test_a_device_is_shown_where_it_is_now_and_since_when(server: Server) -> None:
    van = ask(server, VAN, ogc_schemas.Feature)
    assert van["geometry"] == {"type": "Point", "coordinates": [25.0, 61.0, 20.0]}
    assert (van["properties"]["name"], van["properties"]["kind"]) == ("Van 1", "van")
    assert van["time"] == [at(590 * MINUTE).replace("Z", ".000Z"), at(12 * HOUR).replace("Z", ".000Z")]


def test_a_sequence_has_a_primitive_for_each_hour_and_each_gap(server: Server) -> None:
    sequence = ask(server, f"{VAN}/tgsequence", ogc_schemas.TemporalGeometrySequence)
    one, two, three = sequence["geometrySequence"]
    assert [int(each["id"]) - START for each in (one, two, three)] == [590 * MINUTE, 10 * HOUR, 12 * HOUR]
    assert [len(each["datetimes"]) for each in (one, two, three)] == [11, 21, 1]
    assert one["coordinates"][-1] == two["coordinates"][0], "nothing is missing from the line"
    assert one["coordinates"][3] == [25.0, 60.003]


def test_pages_of_a_sequence_are_the_sequence(server: Server) -> None:
    whole = get(server, f"{VAN}/tgsequence").json()["geometrySequence"]
    all_pages = pages(server, f"{VAN}/tgsequence", limit=1)
    assert [one for page in all_pages for one in page["geometrySequence"]] == whole


def test_primitives_of_a_time_and_a_box_are_whole(server: Server) -> None:
    def lengths(**query: Any) -> list[int]:
        sequence = ask(server, f"{VAN}/tgsequence", ogc_schemas.TemporalGeometrySequence, **query)
        return [len(one["datetimes"]) for one in sequence["geometrySequence"]]

    assert lengths(datetime=at(599 * MINUTE + 30_000)) == [11]
    assert lengths(datetime=between(10 * HOUR, 11 * HOUR)) == [11, 21]
    assert lengths(datetime=at(11 * HOUR)) == []
    assert lengths(bbox="24,60.0255,26,60.0256") == [21]
    assert lengths(datetime=between(599 * MINUTE, 601 * MINUTE), subTrajectory="true") == [2, 2]


def test_leaf_is_where_it_was_at_some_times(server: Server) -> None:
    instants = [590 * MINUTE, 591 * MINUTE + 15_000, 605 * MINUTE, 11 * HOUR]
    leaf = ",".join(map(at, instants))
    primitives = ask(server, f"{VAN}/tgsequence", ogc_schemas.TemporalGeometrySequence, leaf=leaf)["geometrySequence"]
    assert [one["interpolation"] for one in primitives] == ["Discrete", "Discrete"]
    places = [place for one in primitives for place in one["coordinates"]]
    assert [place[1] for place in places] == pytest.approx([60.0, 60.00125, 60.015])


def test_distance_velocity_and_acceleration_are_those_on_the_ellipsoid(server: Server) -> None:
    def curve(name: str, **query: Any) -> Any:
        path = f"{VAN}/tgsequence/{START + 590 * MINUTE}/{name}"
        (values,) = ask(server, path, ogc_schemas.TemporalProperty, **query)["valueSequence"]
        return values

    metres = Geod(ellps="WGS84").inv(25.0, 60.0, 25.0, 60.01)[2]
    assert curve("distance")["values"][0] == 0
    assert curve("distance")["values"][-1] == pytest.approx(metres, abs=0.01)
    assert curve("velocity")["values"] == pytest.approx([metres / 600] * 11, abs=0.01)
    assert curve("acceleration")["values"] == pytest.approx([0] * 9, abs=0.001)
    shown = curve("distance", datetime=between(592 * MINUTE, 594 * MINUTE))
    assert shown["values"] == pytest.approx([metres * n / 10 for n in (2, 3, 4)], abs=0.01)


def test_what_was_measured_comes_for_each_primitive(server: Server) -> None:
    properties = ask(server, f"{VAN}/tproperties", ogc_schemas.TemporalProperties)
    assert [one["name"] for one in properties["temporalProperties"]] == list(PROPERTIES)
    speed = ask(server, f"{VAN}/tproperties/speed", ogc_schemas.TemporalProperty)
    assert [len(one["values"]) for one in speed["valueSequence"]] == [11, 21]
    course = ask(server, f"{VAN}/tproperties/course", ogc_schemas.TemporalProperty)
    assert [one["values"] for one in course["valueSequence"]] == [[359.0]]
    assert ask(server, f"{VAN}/tproperties/battery", ogc_schemas.TemporalProperty)["valueSequence"] == []
    paged = pages(server, f"{VAN}/tproperties/speed", limit=1)
    assert [one for page in paged for one in page["valueSequence"]] == speed["valueSequence"]


def test_an_odd_id_leads_to_its_device(server: Server) -> None:
    (odd,) = get(server, ITEMS, bbox="9,-1,13,1").json()["features"]
    assert odd["id"] == ODD
    for one in odd["links"]:
        answer = httpx.get(urljoin(f"{server.url}{ITEMS}", one["href"]), timeout=PATIENCE)
        assert answer.status_code == 200
        for other in answer.json()["links"]:
            assert httpx.get(urljoin(str(answer.url), other["href"]), timeout=PATIENCE).status_code == 200
    assert odd["links"][0]["href"].endswith("/items/fleet%2F4%20%C3%A9%3F%23%25%26")
