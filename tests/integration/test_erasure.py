"""A device is erased from a real server: from what is stored, from what is derived, and from every map."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from herenow.errors import SettingsError
from herenow.model.clock import DAY, HOUR
from herenow.run.erase_key import make_key, read_key
from tests.support.http_requests import get, is_problem
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for
from tests.support.sockets import WIRES, WORLD, fix, open_socket

NOW = time.time_ns() // 1_000_000
KEYS: dict[Server, Path] = {}  # the file that holds the key of a server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("erasure") / "positions.db"
    with running(store) as started:
        wait_for(lambda: get(started, "/api/history").json()["made"] is not None)
        KEYS[started] = store.with_name("positions.db.erase-key")
        yield started


def fill(server: Server, device_id: str, count: int = 30) -> None:
    rows = [fix(device_id, 25.0 + n / 1000, 60.0, NOW - 3 * HOUR + n * 60_000, speed=9.0) for n in range(count)]
    assert report(server, *rows).json()["accepted"] == count
    wait_for(lambda: get(server, f"/api/devices/{quote(device_id, safe='')}").status_code == 200)


def erase(server: Server, device_id: str, **headers: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {KEYS[server].read_text()}"} | headers
    return httpx.delete(f"{server.url}/api/devices/{quote(device_id, safe='')}", headers=headers, timeout=PATIENCE)


def left(server: Server, device_id: str) -> dict[str, Any]:
    found: dict[str, Any] = get(server, f"/api/devices/{quote(device_id, safe='')}/traces").json()
    return found


def positions_of_days(server: Server) -> int:
    """On the one or two UTC days that `fill` fills."""
    days = {(NOW - 3 * HOUR) // DAY, (NOW - 2 * HOUR) // DAY}
    return sum(get(server, f"/api/history/days/{day * DAY}").json()["total"]["positions"] for day in days)


def test_nothing_of_an_erased_device_is_left_and_what_stays_is_whole(server: Server) -> None:
    for device_id in ("secret/phone 1", "stays"):
        fill(server, device_id)
    wait_for(lambda: left(server, "secret/phone 1")["rollups"] > 0 and left(server, "stays")["rollups"] > 0)
    answer = erase(server, "secret/phone 1")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["positions"], answer.json()["devices"]) == (0, 0)
    wait_for(lambda: left(server, "secret/phone 1")["erased"] is True)
    is_problem(get(server, "/api/devices/secret%2Fphone 1"), 404)
    is_problem(get(server, "/api/devices/secret%2Fphone 1/track"), 404)
    assert [one["device_id"] for one in get(server, "/api/devices").json()["devices"]] == ["stays"]
    exported = get(server, "/api/export", format="ndjson", **{"from": NOW - 5 * HOUR}).text
    assert exported.count("\n") == 30
    assert "secret" not in exported
    assert positions_of_days(server) == 30


async def test_a_map_that_shows_it_shows_it_no_more_and_cannot_resume_from_before(server: Server) -> None:
    for wire in WIRES:
        fill(server, "seen")
        fill(server, "other")
        async with open_socket(server, wire) as socket:
            first = await socket.look(bbox=WORLD, zoom=3)
            assert "seen" in first.ids
            assert erase(server, "seen").status_code == 200
            after = await socket.positions()
            assert after.type == "snapshot"
            assert "seen" not in after.ids
            assert "other" in after.ids
            assert report(server, fix("other", 26.0, 60.0)).json()["accepted"] == 1
            assert (await socket.positions()).ids == {"other"}
            names = dict(socket.names)
        async with open_socket(server, wire) as socket:
            socket.names = names
            again = await socket.look(bbox=WORLD, zoom=3, resume=first.token)
            assert again.type == "snapshot"
            assert "seen" not in again.ids


def test_what_it_reports_afterwards_makes_it_known_anew(server: Server) -> None:
    old = fix("phoenix", 25.0, 60.0, NOW - 1000, attributes={"name": "Old", "kind": "bus"})
    report(server, old)
    wait_for(lambda: get(server, "/api/devices/phoenix").status_code == 200)
    assert erase(server, "phoenix").status_code == 200
    assert report(server, fix("phoenix", 25.5, 60.0, NOW - 2000)).json()["accepted"] == 1
    wait_for(lambda: get(server, "/api/devices/phoenix").status_code == 200)
    found = get(server, "/api/devices/phoenix").json()
    assert found["position"]["time"] == NOW - 2000
    assert "name" not in found
    assert found["distance"] == 0


def test_who_was_never_known_cannot_be_erased(server: Server) -> None:
    is_problem(erase(server, "nobody"), 404, "never reported")
    assert left(server, "nobody")["erased"] is True


def test_nobody_erases_without_the_key_of_the_server(server: Server) -> None:
    fill(server, "kept")
    for wrong in "", "Bearer", "Bearer wrong", "bearer x y", "Basic Og==":
        is_problem(erase(server, "kept", Authorization=wrong), 403, "the key of this server", "herenow erase")
    is_problem(erase(server, "kept", Origin="http://evil.example"), 403)
    assert get(server, "/api/devices/kept").status_code == 200


def test_the_scheme_before_the_key_is_bearer_in_any_case(server: Server) -> None:
    fill(server, "cased")
    assert erase(server, "cased", Authorization=f"bearer {KEYS[server].read_text()}").status_code == 200
    fill(server, "other")
    is_problem(erase(server, "other", Authorization=KEYS[server].read_text()), 403)


def test_the_key_is_readable_by_its_user_alone_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "positions.db.erase-key"
    key = make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert make_key(file) == read_key(file) == key
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="only this user"):
        read_key(file)
    file.unlink()
    (tmp_path / "elsewhere").write_text(key)
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="cannot read"):
        make_key(file)


def test_the_disk_that_is_used_is_reported(server: Server) -> None:
    fill(server, "any")
    wait_for(lambda: get(server, "/api/storage").json().get("positions", 0) > 0)
    found = get(server, "/api/storage").json()
    assert found["position_bytes"] > 0
    assert found["rollup_bytes"] > 0
