"""Devices in a GIS: GDAL reads the OGC API through its own driver, as QGIS does."""

import csv
import io
import json
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.support.http_requests import get, post
from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

NOW = time.time_ns() // 1_000_000
COUNT = 25  # more than two pages


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("gdal") / "positions.db") as server:
        rows = [
            {
                "device_id": f"fleet/{number:02}",
                "time": NOW - number,
                "latitude": 60.0 + number / 100,
                "longitude": 25.0,
                "speed": 1.5 * number,
                "attributes": {"name": f"Bus {number}", "kind": "bus"},
            }
            for number in range(COUNT)
        ]
        assert post(server, json.dumps(rows).encode()).json()["accepted"] == COUNT
        wait_for(lambda: get(server, "/api/devices").json()["total"] == COUNT)
        yield server


def gdal(program: str, *arguments: str) -> str:
    """What it says; fails where it warns of anything."""
    assert shutil.which(program), f"{program} is not installed: run scripts/services install"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_ogrinfo_lists_the_devices_with_their_fields(fleet: Server) -> None:
    output = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{fleet.url}/ogc", "devices")
    assert f"Feature Count: {COUNT}" in output
    assert "Geometry: Point" in output or "Geometry: 3D Point" in output or "Geometry: Unknown" in output
    for field in ("device_id: String", "name: String", "kind: String", "time: DateTime", "speed: Real"):
        assert field in output


def test_each_device_is_read_over_all_pages(fleet: Server) -> None:
    table = gdal("ogr2ogr", "-f", "CSV", "/vsistdout/", f"OAPIF:{fleet.url}/ogc", "devices", "-lco", "GEOMETRY=AS_XY")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["device_id"] for row in rows] == [f"fleet/{number:02}" for number in range(COUNT)]
    row = rows[7]
    assert (row["name"], row["kind"], float(row["speed"])) == ("Bus 7", "bus", 10.5)
    assert (float(row["X"]), float(row["Y"])) == (25.0, 60.07)


def test_a_box_is_requested_from_the_server(fleet: Server) -> None:
    table = gdal(
        "ogr2ogr",
        "-f",
        "CSV",
        "/vsistdout/",
        f"OAPIF:{fleet.url}/ogc",
        "devices",
        "-spat",
        "24",
        "60.095",
        "26",
        "60.125",
    )
    assert [row["device_id"] for row in csv.DictReader(io.StringIO(table))] == ["fleet/10", "fleet/11", "fleet/12"]
