"""GDAL, with which QGIS and many others read files, reads our exports."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from herenow.history.export.formats import FORMATS
from herenow.model.position import Position
from herenow.model.timestamps import from_iso
from tests.support.exports import written
from tests.support.positions import NOW, position
from tests.unit.test_exports import SAMPLES

PLAIN = [
    position("bus-1", NOW + 1000 * i, 60 + i / 100, 25.0, altitude=10.0 + i, speed=8.5, course=90.0) for i in range(3)
]


PLACES = ["-oo", "X_POSSIBLE_NAMES=longitude", "-oo", "Y_POSSIBLE_NAMES=latitude"]


def moment_of(text: str) -> int:
    """Unix ms of a time as GDAL writes it."""
    return from_iso(text.replace("/", "-"))


def gdal(folder: Path, name: str, positions: list[Position], *arguments: str) -> list[dict[str, Any]]:
    """The features of a layer as GDAL understands them."""
    path = folder / f"export{FORMATS[name].ending}"
    path.write_bytes(written(name, [positions]))
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(path), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    features: list[dict[str, Any]] = json.loads(done.stdout)["features"]
    return features


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("csv", [*PLACES, "-oo", "AUTODETECT_TYPE=YES"]),
        ("geojson", []),
        ("gpx", ["track_points"]),
    ],
)
def test_gdal_reads_every_position_with_what_was_measured(tmp_path: Path, name: str, arguments: list[str]) -> None:
    features = gdal(tmp_path, name, PLAIN, *arguments)
    assert [feature["geometry"]["coordinates"][:2] for feature in features] == [[25.0, 60 + i / 100] for i in range(3)]
    table = [feature["properties"] for feature in features]
    assert [moment_of(properties["time"]) for properties in table] == [one.time for one in PLAIN]
    if name == "gpx":
        assert all("<gpxtpx:speed>8.5</gpxtpx:speed>" in one["gpxtpx_TrackPointExtension"] for one in table)
    else:
        assert [one["speed"] for one in table] == [8.5] * 3
    heights = {"csv": "altitude", "gpx": "ele"}.get(name)
    found = [one[heights] for one in table] if heights else [one["geometry"]["coordinates"][2] for one in features]
    assert found == [10.0, 11.0, 12.0]


def test_gdal_reads_the_line_of_a_device_and_when_it_was_in_kml(tmp_path: Path) -> None:
    (feature,) = gdal(tmp_path, "kml", PLAIN)
    (line,) = feature["geometry"]["coordinates"]
    assert line == [[25.0, 60 + i / 100, 10.0 + i] for i in range(3)]
    fields = feature["properties"]
    assert (fields["Name"], moment_of(fields["begin"]), moment_of(fields["end"])) == ("bus-1", NOW, NOW + 2000)


@pytest.mark.parametrize(("name", "layer"), [("gpx", "tracks"), ("kml", "Herenow")])
def test_gdal_reads_tracks_in_which_a_position_is_alone(tmp_path: Path, name: str, layer: str) -> None:
    features = gdal(tmp_path, name, SAMPLES, layer)
    lines = [line for feature in features for line in feature["geometry"]["coordinates"]]
    assert [len(line) for line in lines] == [3, 2, 2]


@pytest.mark.parametrize("name", ["csv", "geojson", "gpx", "kml"])
def test_gdal_takes_what_is_hard_to_write(tmp_path: Path, name: str) -> None:
    features = gdal(tmp_path, name, SAMPLES, *(["track_points"] if name == "gpx" else []))
    assert len(features) == {"kml": 2, "gpx": len(SAMPLES) + 1}.get(name, len(SAMPLES))
