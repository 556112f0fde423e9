#!/usr/bin/env bash
# A flight at 1,000 m that is cut at a fence drawn in Google Earth has 500 m where it crosses the fence.
#
# Expected: Shapely's manual says that a third coordinate "has no effect on geometric analysis" and that all operations
#           are in the x-y plane. A fence on the ground (KML: clampToGround, altitudes are ignored) is a plane shape.
# Happens:  Google Earth writes ",0" after each corner of a fence, and GDAL reads a polygon with z = 0. GEOS then gives
#           each crossing the mean of the flight's height and the fence's. The same fence without z gives 1,000 m.
# Version:  Shapely 2.2.0 (GEOS 3.14.1), pyogrio 0.13.0 (GDAL 3.12.4).
# Source:   https://shapely.readthedocs.io/en/stable/manual.html; https://github.com/locationtech/jts/issues/626 (the
#           mean is by design, for two shapes of one terrain); and this run.
# So:       apply shapely.force_2d to a fence before it cuts tracks that Herenow exported with altitudes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  shapely==2.2.0 pyogrio==0.13.0 numpy==2.4.6
cd "$folder"
cat > fence.kml <<'KML'
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Fence</name><Polygon>
<altitudeMode>clampToGround</altitudeMode><outerBoundaryIs><LinearRing><coordinates>
25.1,59.9,0 25.3,59.9,0 25.3,60.1,0 25.1,60.1,0 25.1,59.9,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>
KML
venv/bin/python - <<'PYTHON'
import sys

import shapely
from pyogrio.raw import read

fence = shapely.from_wkb(read("fence.kml")[2][0])
flight = shapely.LineString([(25.0, 60.0, 1000.0), (25.2, 60.0, 1000.0), (25.4, 60.0, 1000.0)])


def heights(of: object) -> list[float]:
    return [height for _, _, height in shapely.intersection(flight, of).coords]


as_drawn, flat = heights(fence), heights(shapely.force_2d(fence))
print("the fence as GDAL reads it:", fence.wkt[:40], "…")
print("heights inside it:         ", as_drawn)
print("inside the same without z: ", flat)
sys.exit(0 if as_drawn == [500.0, 1000.0, 500.0] and flat == [1000.0] * 3 else 1)
PYTHON
