#!/usr/bin/env bash
# mapbox-vector-tile leaves whole numbers and booleans of numpy out of a tile without a word, and keeps its floats.
#
# Expected: a property that a vector tile can hold (text, number, boolean) is in the tile, or the encoder refuses it.
# Happens:  the encoder keeps what is an instance of str, bool, int or float, and drops the rest. numpy's float64 is a
#           subclass of float, so speeds of 2.5 are there; int64, float32 and bool_ are subclasses of nothing, so ids,
#           counts and flags of the same data frame are not in the tile. Nothing is raised or logged, and a style that
#           needs them draws its fallback.
# Version:  mapbox-vector-tile 2.2.0, numpy 2.4.6.
# Source:   https://github.com/mapbox/vector-tile-spec/blob/master/2.1/README.md#44-feature-attributes (types);
#           https://github.com/tilezen/mapbox-vector-tile/issues/135 (a list that is lost); and this run.
# So:       history/queries/vector_tiles.py makes Python's own numbers of a whole column (tolist) before it encodes, and
#           tests/integration/test_history_tiles.py reads each property back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mapbox-vector-tile==2.2.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import mapbox_vector_tile
import numpy as np

SENT = {
    "speed": np.float64(2.5),
    "accuracy": np.float32(4.5),
    "count": np.int64(120),
    "moving": np.bool_(True),
    "kind": np.str_("bus"),
}
feature = {"geometry": "POINT (10 10)", "properties": SENT}
tile = mapbox_vector_tile.encode({"name": "fleet", "features": [feature]})
[found] = mapbox_vector_tile.decode(tile)["fleet"]["features"]
for name, value in SENT.items():
    print(f"{name:8} {type(value).__name__:8} {value!s:5} -> {found['properties'].get(name, 'not in the tile')}")
sys.exit(0 if found["properties"] == {"speed": 2.5, "kind": "bus"} else 1)
PYTHON
