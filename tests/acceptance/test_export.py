"""History out of one server and into another, by commands and over HTTP."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from herenow.model.clock import DAY, HOUR
from tests.acceptance.test_commands import herenow, track
from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

RECORDINGS = Path(__file__).parent.parent / "recordings"
TIME = "<time>2026-11-20T10:00:00Z</time>"
TRACK = f"<trk><trkseg><trkpt lat='1' lon='2'>{TIME}</trkpt></trkseg></trk>"
START = (time.time_ns() // 1_000_000 // DAY - 3) * DAY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """One with two devices, one of them over more pages than one."""
    with running(folder / "positions.db") as started:
        for device, count in (("bus 7", 4500), ("ada/phone", 3)):
            rows = [reported(device, n) for n in range(count)]
            httpx.post(f"{started.url}/api/positions", json=rows, timeout=PATIENCE).raise_for_status()
        wait_for(lambda: httpx.get(f"{started.url}/api/devices", timeout=PATIENCE).json()["total"] == 2)
        yield started


def reported(device: str, n: int) -> dict[str, object]:
    places = {"device_id": device, "time": START + n * 10_000, "latitude": 60 + n / 1e5, "longitude": -0.1 - n / 1e4}
    return places | {"speed": n % 30, "battery": 55.5, "attributes": {"n": n, "of": 'ä, "quoted"'}}


def exported(server: Server, **query: Any) -> httpx.Response:
    return httpx.get(f"{server.url}/api/export", params={"from": START, "to": START + DAY} | query, timeout=PATIENCE)


def plain(positions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name not in ("received", "source")} for one in positions]


@pytest.mark.parametrize("ending", ["csv", "ndjson", "geojson", "gpx"])
def test_what_one_server_exports_another_imports(server: Server, folder: Path, ending: str) -> None:
    file = folder / f"all.{ending}"
    done = herenow("export", "--store", f"sqlite:///{folder / 'positions.db'}", "-o", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    with running(folder / f"{ending}.db") as other:
        done = herenow("import", "--server", other.url, str(file))
        assert (done.returncode, done.stderr) == (0, "4503 accepted, 0 rejected\n")
        for device in ("bus 7", "ada/phone"):
            assert plain(track(other, device)) == plain(track(server, device))
            assert len(track(other, device)) in (4500, 3)
        again = herenow("import", "--server", other.url, str(file))
        assert again.returncode == 0
        assert len(track(other, "bus 7")) == 4500


@pytest.mark.parametrize("name", ["csv", "ndjson", "geojson", "gpx", "kml", "czml", "parquet"])
def test_every_format_comes_over_http_as_a_file(server: Server, name: str) -> None:
    answer = exported(server, format=name)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="herenow.{name}"'
    assert len(answer.content) > 50_000


def test_an_export_has_the_devices_and_the_time_of_the_request(server: Server) -> None:
    lines = exported(server, format="ndjson", device=["ada/phone"]).text.splitlines()
    assert plain([json.loads(line) for line in lines]) == plain(track(server, "ada/phone"))
    hour = exported(server, format="ndjson", to=START + HOUR).text.splitlines()
    assert len(hour) == 360 + 3
    assert exported(server, format="ndjson", **{"from": START - DAY, "to": START}).content == b""


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"format": "shapefile"}, 400, "expected one of csv, ndjson, geojson"),
        ({"device": "nobody"}, 404, "'nobody', which never reported"),
        ({"to": START - 1}, 400, "expected from before to"),
        ({"from": -(2**60)}, 400, "from: expected Unix milliseconds"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_the_reason(
    server: Server, query: dict[str, Any], status: int, says: str
) -> None:
    answer = exported(server, **query)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_a_file_that_cannot_be_read_or_written_is_reported_in_one_line(server: Server, folder: Path) -> None:
    store = f"sqlite:///{folder / 'positions.db'}"
    for arguments, says in (
        (("import", "--server", server.url, str(folder / "none.csv")), "cannot be read: No such file"),
        (("import", "--server", server.url, str(folder)), "expected a name that ends in"),
        (("export", "--store", store, "-o", str(folder / "no" / "where.csv")), "cannot write"),
        (("export", "--store", store, "--format", "shapefile"), "expected one of csv"),
        (("export", "--store", f"sqlite:///{folder / 'none.db'}"), "cannot read none.db"),
    ):
        done = herenow(*arguments)
        assert done.returncode == 2, arguments
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    assert not (folder / "none.db").exists()


def test_good_rows_beside_bad_ones_are_imported(server: Server, folder: Path) -> None:
    file = folder / "mixed.csv"
    file.write_text(
        f"device_id,time,latitude,longitude\nmixed,{START},1,1\nmixed,{START},999,1\nmixed,{START + 1},2,2\n"
    )
    done = herenow("import", "--server", server.url, str(file))
    assert done.returncode == 1
    assert "mixed.csv: line 3: latitude:" in done.stderr
    assert done.stderr.endswith("2 accepted, 1 rejected (latitude 1)\n")
    assert len(track(server, "mixed")) == 2


@pytest.mark.parametrize(
    ("name", "text", "code", "says"),
    [
        ("05.wpt.gpx", None, 1, "way points with a time left out: 1; they mark places"),
        ("05.rte.gpx", None, 1, "route points with a time left out: 1; they mark places"),
        ("empty.csv", "device_id,time,latitude,longitude\n", 1, "0 accepted, 0 rejected"),
        ("lost.gpx", f"<gpx><wpt lat='1' lon='2'>{TIME}</wpt>{TRACK}</gpx>", 1, "way points with a time left out: 1;"),
        ("walk.gpx", f"<gpx><wpt lat='1' lon='2'/>{TRACK}</gpx>", 0, "way points left out: 1;"),
    ],
)
def test_an_import_that_took_nothing_or_lost_something_says_so_and_ends_with_1(
    server: Server, folder: Path, name: str, text: str | None, code: int, says: str
) -> None:
    file = folder / name if text else RECORDINGS / name
    if text:
        file.write_text(text)
    done = herenow("import", "--server", server.url, str(file))
    assert done.returncode == code, done.stderr
    assert says in done.stderr


def test_of_many_bad_rows_the_first_are_named_and_all_are_counted(server: Server, folder: Path) -> None:
    file = folder / "bad.csv"
    file.write_text("device_id,time,latitude,longitude\n" + f"bad,{START},999,1\n" * 3000)
    done = herenow("import", "--server", server.url, str(file))
    assert done.returncode == 1
    assert done.stderr.count("bad.csv: line") == 20
    assert done.stderr.endswith("0 accepted, 3000 rejected (latitude 3000)\n")


def test_what_names_no_device_is_that_which_is_named(server: Server, folder: Path) -> None:
    done = herenow("import", "--server", server.url, "--device", "couple", str(RECORDINGS / "08.two.gpx"))
    assert done.returncode == 0
    assert "tracks that overlap in time under one device id: 1;" in done.stderr
    times = [1_795_168_800_000 + minute * 60_000 for minute in range(4)]
    assert [one["time"] for one in track(server, "couple")] == times


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-o", "all.xyz"), "output: expected a name that ends in one of .csv, .ndjson"),
        (("-o", "all.csv.gz"), "got 'all.csv.gz'; or use --format"),
        (("--device", "nope"), "got 'nope', of which nothing is stored"),
        (("--from", "20261130013000Z"), "from: expected ISO 8601"),
        (("--from", "2026-11-31"), "from: expected"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused_and_makes_no_file(
    server: Server, folder: Path, arguments: tuple[str, str], says: str
) -> None:
    flag, value = arguments
    before = sorted(folder.iterdir())
    value = str(folder / value) if flag == "-o" else value
    done = herenow("export", "--store", f"sqlite:///{folder / 'positions.db'}", flag, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert sorted(folder.iterdir()) == before


def test_an_export_takes_days_and_says_where_nothing_was(server: Server, folder: Path) -> None:
    first = datetime.fromtimestamp(START / 1000, UTC).date()
    store = ("--store", f"sqlite:///{folder / 'positions.db'}", "--device", "ada/phone")
    done = herenow("export", *store, "--from", str(first), "--to", str(first + timedelta(1)))
    assert (len(done.stdout.splitlines()), done.stderr) == (4, "")
    done = herenow("export", *store, "--to", str(first))
    assert (len(done.stdout.splitlines()), done.returncode) == (1, 0)
    assert "nothing was stored in that time" in done.stderr
