#!/usr/bin/env bash
# OpenLayers gives the pressure altitudes of an IGC flight as GPS altitudes, and leaves out fixes below sea level.
#
# Expected: a B record has the pressure altitude in columns 26 to 30 and the GNSS altitude in columns 31 to 35. The
#           reader's option altitudeMode "gps" gives the second one, "barometric" the first one. A pressure altitude
#           below the datum is written "-0012", and a day of high pressure puts a whole coast there.
# Happens:  the two modes are exchanged: "gps" gives 100 m where the receiver measured 150 m. Both look plausible, for
#           they differ by the weather of the day. A record with a minus sign is not a fix to the reader: the point is
#           missing, in every mode, without an error. A launch at the seaside begins in the air.
# Version:  OpenLayers 10.11.0.
# Source:   IGC GNSS FR specification, A4.1 (B record: "PPPPP" before "GGGGG"), as in
#           https://xp-soaring.github.io/igc_file_format/igc_format_2008.html; a record with -0030 of a real flight in
#           https://github.com/XCSoar/XCSoar/issues/1605; and this run.
# So:       a flight that OpenLayers has read comes to Herenow with heights of the air pressure, and without its start
#           at the coast. Herenow reads no IGC itself yet; a reader of it takes the columns of the specification.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts ol@10.11.0
cat > fly.mjs <<'JAVASCRIPT'
import IGC from "ol/format/IGC.js";

const igc = `AXXXABC FLIGHT:1
HFDTE201126
B1000006000000N02500000EA0010000150
B1000106000100N02500000EA-001200038
B1000206000200N02500000EA0030000350
`;
const heights = (altitudeMode) =>
  new IGC({ altitudeMode }).readFeature(igc).getGeometry().getCoordinates().map(([, , height]) => height);

console.log("in the file:     pressure 100, -12, 300; GNSS 150, 38, 350");
console.log("mode gps:       ", heights("gps").join(", "));
console.log("mode barometric:", heights("barometric").join(", "));
const exchanged = `${heights("gps")}` === "100,300" && `${heights("barometric")}` === "150,350";
process.exit(exchanged ? 0 : 1);
JAVASCRIPT
node fly.mjs
