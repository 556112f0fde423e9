#!/usr/bin/env bash
# In the tracker of pyais a ship goes to 91° N 181° E when its receiver loses the satellites for one message.
#
# Expected: AIS has values that mean "not available": latitude 91°, longitude 181°, speed 102.3 knots, course 360°. A
#           tracker that merges messages to the state of a ship keeps the last known place, or says that there is none.
# Happens:  AISTracker copies every field of the newest message, these values included: the track is at 91, 181 with
#           102.3 knots, a place that no map has. A map that clamps it draws the ship near the North Pole. After the
#           next good message the track looks right again, so it is hard to catch.
# Version:  pyais 3.3.1.
# Source:   Recommendation ITU-R M.1371-5, table 48 (https://www.itu.int/rec/R-REC-M.1371-5-201402-I/en);
#           https://pyais.readthedocs.io/en/latest/ (the tracker, without a word on this); and this run.
# So:       a program that feeds Herenow from this tracker checks for 91 and 181 itself: Herenow rejects such a
#           latitude, by name. Decoded messages are better than tracks: Herenow keeps the state of a device itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyais==3.3.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import time

from pyais import decode, encode_dict
from pyais.tracker import AISTracker

MMSI = 230000001
GOOD = {"lat": 60.1, "lon": 25.1, "speed": 12.3, "course": 90.0}
NO_FIX = {"lat": 91, "lon": 181, "speed": 102.3, "course": 360.0}


def sentence(fields: dict[str, float]) -> str:
    [line] = encode_dict({"type": 1, "mmsi": MMSI, **fields}, radio_channel="A", talker_id="AI")
    return line


seen = []
with AISTracker() as tracker:
    now = time.time()
    for second, fields in enumerate([GOOD, NO_FIX, GOOD]):
        tracker.update(decode(sentence(fields)), now + second)
        track = tracker.get_track(MMSI)
        seen.append((track.lat, track.lon, track.speed))
        print(f"message {second + 1}: {sentence(fields)}  track: {track.lat}° N {track.lon}° E, {track.speed} knots")
sys.exit(0 if seen[1] == (91.0, 181.0, 102.3) and seen[0] == seen[2] == (60.1, 25.1, 12.3) else 1)
PYTHON
