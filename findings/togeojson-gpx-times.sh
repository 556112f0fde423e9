#!/usr/bin/env bash
# After one GPX point without a time, toGeoJSON gives every point of the segment the time of the point after it.
#
# Expected: coordinateProperties.times has one entry for each coordinate, with null where a point has no time (the
#           element is optional in GPX). "The coordinates array and properties arrays are symmetrical", as its author
#           wrote; the arrays of heart rates and speeds are filled up with null since an issue of 2017.
# Happens:  a point without a time adds nothing to the list of times. All later times move one place to the front: a
#           bus that was at 60.2° at 10:20 is there at 10:30. Only the last points of the segment have no time. In a
#           track of several segments it is the same in each.
# Version:  @tmcw/togeojson 7.1.3 (with @xmldom/xmldom 0.9.10 for its XML).
# Source:   https://www.topografix.com/GPX/1/1/#type_wptType (time: 0 to 1);
#           https://github.com/mapbox/togeojson/issues/83 ("symmetrical"), and /issues/128 (heart rates); this run.
# So:       Herenow's importer reads the times of this converter, and refuses a line whose list of times has another
#           length, for it cannot know which one is missing. Give Herenow the GPX itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @tmcw/togeojson@7.1.3 @xmldom/xmldom@0.9.10
cat > convert.mjs <<'JAVASCRIPT'
import { gpx } from "@tmcw/togeojson";
import { DOMParser } from "@xmldom/xmldom";

const point = (latitude, minute) =>
  `<trkpt lat="${latitude}" lon="25">${minute ? `<time>2026-11-20T10:${minute}:00Z</time>` : ""}</trkpt>`;
const points = [[60.0, "00"], [60.1], [60.2, "20"], [60.3, "30"]];
const track = points.map(([latitude, minute]) => point(latitude, minute)).join("");
const text = `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="finding">
<trk><trkseg>${track}</trkseg></trk></gpx>`;

const [bus] = gpx(new DOMParser().parseFromString(text, "text/xml")).features;
const { times } = bus.properties.coordinateProperties;
const shown = bus.geometry.coordinates.map(([, latitude], row) => [latitude, times[row]?.slice(14, 16)]);
for (const [row, [latitude, minute]] of points.entries()) {
  console.log(`${latitude}: minute ${minute ?? "–"} in GPX, ${shown[row][1] ?? "–"} in GeoJSON`);
}
process.exit(shown.map(([, minute]) => minute ?? "–").join(" ") === "00 20 30 –" ? 0 : 1);
JAVASCRIPT
node convert.mjs
