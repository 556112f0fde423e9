#!/usr/bin/env bash
# GDAL reads the speed of a GPX point, where Garmin's TrackPointExtension has it, as 0.
#
# Expected: the layer track_points gives a speed of 8.5, or the text of the extension with 8.5 in it.
# Happens:  GDAL takes the extension for one field, guesses its type from the text inside its elements (8.5: a real
#           number), then reads the markup "<gpxtpx:speed>8.5</gpxtpx:speed>" as such a number: 0, with a warning. Where
#           no other element of the file has extensions before the first point, the field is missing altogether.
# Version:  GDAL 3.12.4, in the wheel of pyogrio 0.13.0; GDAL 3.6.2 of Debian 12 does the same.
# Source:   https://gdal.org/en/stable/drivers/vector/gpx.html ("extensions … as XML content"), and this run.
# So:       speeds for QGIS or geopandas come from CSV, GeoJSON or GeoParquet, not from GPX.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import warnings

import pyogrio
from pyogrio.raw import read

GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
POINT = """<trkpt lat="60" lon="25"><time>2026-11-20T10:00:00Z</time><extensions>
<gpxtpx:TrackPointExtension><gpxtpx:speed>8.5</gpxtpx:speed></gpxtpx:TrackPointExtension></extensions></trkpt>"""


def fields(of_track: str) -> dict[str, object]:
    """What GDAL tells of the first point, under names that hold TrackPointExtension."""
    with open("ride.gpx", "w") as file:
        file.write(
            f'<?xml version="1.0"?><gpx version="1.1" creator="finding" xmlns="http://www.topografix.com/GPX/1/1" '
            f'xmlns:gpxtpx="{GARMIN}" xmlns:my="urn:my"><trk>{of_track}<trkseg>{POINT}</trkseg></trk></gpx>'
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, _, columns = read("ride.gpx", layer="track_points")
    told = zip(meta["fields"], columns, strict=True)
    return {str(name): column[0] for name, column in told if "TrackPointExtension" in name}


alone = fields("")
beside = fields("<extensions><my:id>1</my:id></extensions>")
print("GDAL", ".".join(map(str, pyogrio.__gdal_version__)))
print("speed 8.5 alone:                  ", alone or "no field")
print("speed 8.5, track has an extension:", beside)
sys.exit(0 if alone == {} and list(beside.values()) == [0.0] else 1)
PYTHON
