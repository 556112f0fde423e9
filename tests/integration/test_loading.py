"""Until the devices are loaded from the store no answer says that there are none."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.patience import PATIENCE
from tests.support.positions import NOW
from tests.support.server import Server, report, running, wait_for

READING = (
    "/api/devices",
    "/api/devices/bus-1",
    "/api/devices/bus-1/track",
    "/api/devices/bus-1/trips",
    "/api/devices/bus-1/days",
    "/api/devices/bus-1/places",
    "/api/positions/latest",
    "/api/stats",
    "/api/export",
    "/api/export?device=bus-1",
    "/ogc/collections/devices/items",
    "/ogc/collections/devices/items/bus-1",
)


NEWEST = "INSERT INTO newest VALUES (1, 1, 1, NULL, NULL, NULL, NULL, 0, 0, 0"  # up to the contact


def without_table(path: Path) -> None:
    change(path, "ALTER TABLE newest RENAME TO lost")


def of_another_form(path: Path) -> None:
    change(path, f"{NEWEST}, x'c1', x'c0')")


def lost_position(path: Path) -> None:
    change(path, f"{NEWEST}, NULL, x'c1')")


def lost_page(path: Path) -> None:
    """What a disk made of the table of devices."""
    with sqlite3.connect(path) as connection:
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'newest'")
        [(size,)] = connection.execute("PRAGMA page_size")
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


@pytest.fixture(scope="module", params=[without_table, of_another_form, lost_position, lost_page])
def damaged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """It takes positions, and cannot read its devices."""
    path: Path = tmp_path_factory.mktemp("damaged") / "positions.db"
    with running(path) as server:
        fix = {"device_id": "bus-1", "time": NOW, "latitude": 60.0, "longitude": 25.0}
        assert report(server, fix).status_code == 200
        assert server.stop() == 0
    request.param(path)
    with running(path, wait=False) as server:
        found: list[str] = []

        def listens() -> bool:
            found[:] = re.findall(r"listening.*url=(http://\S+)", server.output())
            return bool(found)

        wait_for(listens)
        server.url = found[0]
        wait_for(lambda: "cannot load the devices" in server.output())
        yield server


@pytest.mark.parametrize("path", READING)
def test_whatever_tells_of_devices_is_503(damaged: Server, path: str) -> None:
    answer = httpx.get(f"{damaged.url}{path}", timeout=PATIENCE)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"]


def test_the_process_is_alive_and_says_what_it_waits_for(damaged: Server) -> None:
    assert httpx.get(f"{damaged.url}/healthz", timeout=PATIENCE).status_code == 200
    ready = httpx.get(f"{damaged.url}/readyz", timeout=PATIENCE)
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["the fleet is being loaded"])
