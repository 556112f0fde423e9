#!/usr/bin/env bash
# The H3 cells of a map that shows nearly the whole world are those of the strip that it does not show.
#
# Expected: a polygon from 100° W to 100° E, as a wide screen shows it, has the cells inside it. Its corners are in the
#           range of longitudes and in the order that RFC 7946 asks for.
# Happens:  H3 takes an edge of more than 180 degrees for one that goes the other way around the Earth. The result has
#           the cells over the Pacific and none in Europe or Africa, and is as plausible in size as the right one. From
#           90° W to 89° E it is right. So a query by cells works until somebody zooms out or buys a
#           larger screen.
# Version:  h3 4.5.0 (Python), which wraps the H3 library 4.5.0; h3-js does the same.
# Source:   https://github.com/uber/h3/issues/561 (the wish to document it, open since 2022);
#           https://github.com/uber/h3-js/issues/180 (a user with a screen of 2,105 pixels); and this run.
# So:       Herenow's areas are boxes (model/geo/box.py), whose west and east say which way they go. A program that
#           joins its data to H3 splits a box wider than 180 degrees first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check h3==4.5.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import h3

PLACES = {"Helsinki": (60.17, 24.94), "Nairobi": (-1.29, 36.82), "Honolulu": (21.31, -157.86)}


def visible(west: float, east: float) -> list[str]:
    cells = set(h3.polygon_to_cells(h3.LatLngPoly([(-70, west), (-70, east), (70, east), (70, west)]), 2))
    inside = [name for name, place in PLACES.items() if h3.latlng_to_cell(*place, 2) in cells]
    print(f"from {west:4}° to {east:3}°: {len(cells):,} cells, with", *inside)
    return inside


narrow, wide = visible(-90, 89), visible(-100, 100)
sys.exit(0 if narrow == ["Helsinki", "Nairobi"] and wide == ["Honolulu"] else 1)
PYTHON
