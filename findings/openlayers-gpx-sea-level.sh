#!/usr/bin/env bash
# OpenLayers writes a GPX point at sea level with the elevation of the point before it.
#
# Expected: a track read from GPX and written to GPX again has the elevation and the time that each point had.
# Happens:  the writer takes an elevation or a time of 0 for "none" and does not set it, but all points of a track share
#           one object of properties: the value of the point before stays in it. A descent from 120 m to 0 m is level
#           at 120 m. A point without a time (the reader fills in 0) gets the time of the point before.
# Version:  OpenLayers 10.11.0 (with jsdom 29.1.1 for its XML parser).
# Source:   https://www.topografix.com/gpx/1/1/#type_wptType (ele and time are of each point); nearby and open:
#           https://github.com/openlayers/openlayers/issues/9996; and this run.
# So:       GPX that a page of OpenLayers saved is not a copy of what it read, and Herenow's importer cannot see the
#           damage. Herenow's own page writes no GPX with OpenLayers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts ol@10.11.0 jsdom@29.1.1
cat > copy.mjs <<'JAVASCRIPT'
import { JSDOM } from "jsdom";

const { window } = new JSDOM();
for (const name of ["DOMParser", "XMLSerializer", "Node", "document"]) globalThis[name] = window[name];
const { default: GPX } = await import("ol/format/GPX.js");

const gpx = `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="finding"><trk><trkseg>
<trkpt lat="60.0" lon="25"><ele>120</ele><time>2026-11-20T10:00:00Z</time></trkpt>
<trkpt lat="60.1" lon="25"><ele>0</ele><time>2026-11-20T10:10:00Z</time></trkpt>
<trkpt lat="60.2" lon="25"><ele>-1</ele></trkpt></trkseg></trk></gpx>`;
const inner = (point, name) => point.match(`<${name}>(.*?)</${name}>`)?.[1] ?? "none";
const points = (text) => text.match(/<trkpt.*?<\/trkpt>/gs).map((one) => `${inner(one, "ele")} ${inner(one, "time")}`);

const copied = points(new GPX().writeFeatures(new GPX().readFeatures(gpx)));
console.log("read:   ", points(gpx).join(" | "));
console.log("written:", copied.join(" | "));
const stale = copied[1] === "120 2026-11-20T10:10:00Z" && copied[2] === "-1 2026-11-20T10:10:00Z";
process.exit(stale ? 0 : 1);
JAVASCRIPT
node copy.mjs
