#!/usr/bin/env bash
# gpxpy reports 190 m of climb for a ride over four hills of 100 m, and more if its points are closer together.
#
# Expected: get_uphill_downhill "calculates the uphill and downhill elevation climbs". Four times from 0 to 100 m is
#           400 m up, in a file that has each summit and each valley.
# Happens:  gpxpy first replaces each elevation by 0.3 of the one before, 0.4 of its own and 0.3 of the one after,
#           whatever the time and the way between them. With a point each kilometre that cuts half off the hills, with
#           one each 20 m it cuts 1 %. So a logger that saves battery climbs less, and so does a track that was thinned
#           for a map. The summits of get_elevation_extremes are the measured ones, so nothing looks smoothed.
# Version:  gpxpy 1.6.2.
# Source:   the docstring of GPXTrackSegment.get_uphill_downhill, which names no smoothing
#           (https://github.com/tkrajina/gpxpy/blob/v1.6.2/gpxpy/gpx.py), and this run.
# So:       climbs of tracks of Herenow in two levels of detail cannot be compared with gpxpy: add up the differences of
#           their elevations.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check gpxpy==1.6.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from itertools import pairwise

from gpxpy.gpx import GPXTrackPoint, GPXTrackSegment

HILLS, HEIGHT, LENGTH = 4, 100, 4  # m, km from valley to valley


def climb(step: float) -> float:
    """With a point each `step` km: straight up, straight down."""
    count = round(HILLS * LENGTH / step) + 1
    ways = [number * step % LENGTH for number in range(count)]
    heights = [HEIGHT * (1 - abs(2 * way / LENGTH - 1)) for way in ways]
    points = [GPXTrackPoint(60 + number * step / 111.2, 25, height) for number, height in enumerate(heights)]
    segment = GPXTrackSegment(points)
    true, up = sum(max(0.0, b - a) for a, b in pairwise(heights)), segment.get_uphill_downhill().uphill
    low, high = segment.get_elevation_extremes()
    print(f"a point each {step:4} km: {true:.0f} m up; gpxpy: {up:.0f} m up, between {low:.0f} and {high:.0f} m")
    return up


sparse, dense = climb(1), climb(0.02)
sys.exit(0 if round(sparse) == 190 and round(dense) >= 395 else 1)
PYTHON
