#!/usr/bin/env bash
# Times of India with milliseconds come back from a Shapefile half an hour late; those on the full second do not.
#
# Expected: a Shapefile has no type for times, so GDAL writes them as text and warns of that. The text has the whole
#           time, since the field is 29 characters wide and "2026/11/20 15:30:59.250+0530" has 28.
# Happens:  GDAL cuts the text after 26 characters: "2026/11/20 15:30:59.250+05", an offset of five hours, which is a
#           valid time. Adelaide (+10:30) and St. John's (-03:30) lose their half hours too, Kathmandu 45 minutes. Only
#           times with milliseconds are that long, so one column has right and wrong times beside each other.
# Version:  GDAL 3.12.4, in the wheel of pyogrio 0.13.0. (GDAL 3.6.2 kept the date alone, and said so.)
# Source:   https://gdal.org/en/stable/drivers/vector/shapefile.html ("Only Integer, Integer64, Real, String and Date
#           (not DateTime …)"); this run. Near: https://github.com/OSGeo/gdal/issues/552 (the wish for text of 29).
# So:       tracks that leave Herenow for a Shapefile go there in UTC, as Herenow exports them, or as GeoPackage.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import re
import sys
import warnings
from datetime import datetime

import numpy as np
import pyogrio
from pyogrio.raw import read, write

SENT = ["2026-11-20 15:30:59.250+05:30", "2026-11-20 15:31:00.000+05:30", "2026-11-20 10:01:01.250+00:00"]
QUARTERS = [122, 122, 100]  # zones as GDAL has them: 100 is UTC, each 15 minutes are 1
POINT = bytes.fromhex("0101000000") + np.array([77.2, 28.6]).tobytes()

local = np.array([time[:-6] for time in SENT], "datetime64[ms]")
zones = {"time": np.array(QUARTERS)}
with warnings.catch_warnings(record=True) as warned:
    write(
        "fixes.shp",
        np.array([POINT] * len(SENT), object),
        [local],
        ["time"],
        geometry_type="Point",
        crs="EPSG:4326",
        gdal_tz_offsets=zones,
    )
late = []
for sent, text in zip(SENT, read("fixes.shp")[3][0], strict=True):
    stamp = re.sub(r"([+-]\d\d)$", r"\g<1>00", text).replace("/", "-")  # an offset may be hours alone
    late.append((datetime.fromisoformat(stamp) - datetime.fromisoformat(sent)).total_seconds() / 60)
    print(f"{sent} is stored as {text:28} and is {late[-1]:g} minutes late")
print("GDAL", ".".join(map(str, pyogrio.__gdal_version__)), "warns:", *(str(one.message) for one in warned))
sys.exit(0 if late == [30, 0, 0] else 1)
PYTHON
