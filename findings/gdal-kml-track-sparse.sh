#!/usr/bin/env bash
# GDAL draws a KML track through 0° N 0° E wherever the receiver had no fix for a moment.
#
# Expected: gx:Track is lists of times, places and angles. Where one has no value, an empty <gx:coord/> keeps the lists
#           in step; "no such data exists for a given data point, and the value should be interpolated between the
#           nearest two". A reader leaves the point out, or interpolates it.
# Happens:  GDAL's LIBKML driver makes POINT Z (0 0 0) of an empty coord, as a vertex like the others, and warns of
#           nothing. A drive of 22 km in Helsinki is 14,700 km long and goes by way of the Gulf of Guinea.
# Version:  GDAL 3.12.4, in the wheel of pyogrio 0.13.0; shapely 2.1.2 prints what was read.
# Source:   https://developers.google.com/kml/documentation/kmlreference#gxtrack ("Sparse data"), and this run.
# So:       KML that goes through GDAL (QGIS, GeoPandas) before it comes to Herenow may have fixes at 0, 0. Herenow
#           flags the jump, but cannot know that nothing was measured.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pyogrio==0.13.0 numpy==2.4.6 shapely==2.1.2
cd "$folder"
cat > drive.kml <<'KML'
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><Placemark><name>bus</name><gx:Track>
<when>2026-11-20T10:00:00Z</when><when>2026-11-20T10:10:00Z</when><when>2026-11-20T10:20:00Z</when>
<gx:coord>25 60 5</gx:coord><gx:coord/><gx:coord>25 60.2 5</gx:coord>
</gx:Track></Placemark></Document></kml>
KML
venv/bin/python - <<'PYTHON'
import sys
import warnings

import pyogrio
import shapely
from pyogrio.raw import read

with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    _, _, [geometry], _ = read("drive.kml")
track = shapely.from_wkb(geometry).wkt
print("GDAL", ".".join(map(str, pyogrio.__gdal_version__)), "reads", track)
print("warnings:", *(str(one.message) for one in warned))
sys.exit(0 if track == "LINESTRING Z (25 60 5, 0 0 0, 25 60.2 5)" and not warned else 1)
PYTHON
