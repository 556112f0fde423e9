#!/usr/bin/env bash
# A KML track that says nothing of headings says "north" at every point once fastkml has read it.
#
# Expected: gx:angles of a gx:Track are optional. What is read without them has none, and is written without them.
# Happens:  fastkml gives each item of the track the angle heading 0, tilt 0, roll 0, which is north, level. to_string
#           writes <gx:angles>0.0 0.0 0.0</gx:angles> for every point. A bus that drives east points north in every
#           program after that, and nothing in the file tells this 0 from a measured one.
# Version:  fastkml 1.4.0.
# Source:   https://developers.google.com/kml/documentation/kmlreference#gxtrack (angles are "optional"); this run.
# So:       Herenow reads no KML yet. A reader of it takes no course from a track whose angles are all 0 0 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastkml==1.4.0 lxml==6.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

from fastkml import KML

TEXT = """<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><Placemark><name>bus</name><gx:Track>
<when>2026-11-20T10:00:00Z</when><when>2026-11-20T10:10:00Z</when>
<gx:coord>25.0 60 5</gx:coord><gx:coord>25.2 60 5</gx:coord>
</gx:Track></Placemark></Document></kml>"""
[document] = KML.from_string(TEXT).features
[bus] = document.features
headings = [item.angle.heading for item in bus.kml_geometry.track_items]
written = bus.kml_geometry.to_string()
print("angles in the file: ", TEXT.count("gx:angles"))
print("headings as read:   ", *headings)
print("angles as written:  ", written.count("0.0 0.0 0.0</gx:angles>"), "times 0.0 0.0 0.0")
sys.exit(0 if headings == [0.0, 0.0] and written.count("0.0 0.0 0.0</gx:angles>") == 2 else 1)
PYTHON
