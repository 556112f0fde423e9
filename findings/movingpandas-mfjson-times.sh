#!/usr/bin/env bash
# MovingPandas reads OGC Moving Features JSON times in milliseconds as January 1970, and writes all times without them.
#
# Expected: an instant of MF-JSON is a text of ISO 8601 with Z, or a number: milliseconds since 1970 in UTC. Both forms
#           of one time read the same, and what was read is written as instants that increase, as the standard has it.
# Happens:  read_mf_json gives the numbers to pandas, which takes them for nanoseconds: 20 November 2026 becomes half an
#           hour after midnight on 1 January 1970, with fixes half a microsecond apart. Texts read right, but to_mf_json
#           cuts them to whole seconds and drops the Z: two fixes half a second apart have one time, in no zone.
# Version:  MovingPandas 0.23.0, with pandas 3.1.1.
# Source:   https://docs.ogc.org/is/19-045r3/19-045r3.html (instant objects), and this run.
# So:       MF-JSON of Herenow's OGC API has texts: a drive of one primitive without altitudes reads right. MovingPandas
#           refuses altitudes, in words. What it writes does not go back into a system that needs the times.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check movingpandas==0.23.0 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys
import warnings

warnings.simplefilter("ignore")
import movingpandas

TEXTS = ["2026-11-20T10:00:00.250Z", "2026-11-20T10:00:00.750Z", "2026-11-20T10:00:01.250Z"]
NUMBERS = [1795168800250, 1795168800750, 1795168801250]


def trajectory(datetimes: list[object]) -> movingpandas.Trajectory:
    moving = {"type": "MovingPoint", "datetimes": datetimes, "coordinates": [[25.0, 60.0], [25.1, 60.0], [25.2, 60.0]]}
    feature = {"type": "Feature", "properties": {"id": "bus"}, "temporalGeometry": moving}
    with open("bus.json", "w") as file:
        json.dump({"type": "FeatureCollection", "features": [feature]}, file)
    return movingpandas.read_mf_json("bus.json", traj_id_property="id").trajectories[0]


from_texts, from_numbers = trajectory(TEXTS), trajectory(NUMBERS)
written = from_texts.to_mf_json()["features"][0]["temporalGeometry"]["datetimes"]
print("texts   read as", from_texts.get_start_time().isoformat(), "…")
print("numbers read as", from_numbers.get_start_time().isoformat(), "…")
print("texts   written", *written, sep=" | ")
right = from_texts.get_start_time().isoformat().startswith("2026-11-20T10:00:00.250")
wrong = from_numbers.get_start_time().isoformat().startswith("1970-01-01T00:29:55.168")
sys.exit(0 if right and wrong and written == ["2026-11-20 10:00:00"] * 2 + ["2026-11-20 10:00:01"] else 1)
PYTHON
