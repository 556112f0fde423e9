#!/usr/bin/env bash
# OpenLayers reads a track of 2026 from KML and writes it to GPX as a track of the year 58856.
#
# Expected: a track that one format of a library reads and another of its formats writes has the same times: both keep
#           them in the M ordinate of the same geometry.
# Happens:  ol/format/KML puts the milliseconds of Date.parse into M. ol/format/GPX reads and writes M in seconds. Each
#           is right alone. A gx:Track saved as GPX has times 1,000 times as far from 1970, in valid-looking text.
# Version:  OpenLayers 10.11.0 (with jsdom 29.1.1 for its XML parser).
# Source:   https://openlayers.org/en/latest/apidoc/module-ol_format_GPX-GPX.html and …KML-KML.html, which do not name
#           a unit of M; https://github.com/openlayers/openlayers/issues/6907 (M of a gx:Track); and this run.
# So:       Herenow's KML export goes to GPX by Herenow's own GPX export, not through a page of OpenLayers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts ol@10.11.0 jsdom@29.1.1
cat > convert.mjs <<'JAVASCRIPT'
import { JSDOM } from "jsdom";

const { window } = new JSDOM();
for (const name of ["DOMParser", "XMLSerializer", "Node", "document"]) globalThis[name] = window[name];
const { default: GPX } = await import("ol/format/GPX.js");
const { default: KML } = await import("ol/format/KML.js");

const track = `<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><Placemark><gx:Track><when>2026-11-20T10:00:00Z</when><when>2026-11-20T10:00:10Z</when>
<gx:coord>25 60 5</gx:coord><gx:coord>25.1 60.1 5</gx:coord></gx:Track></Placemark></Document></kml>`;
const times = (text) => [...text.matchAll(/<time>(.*?)<\/time>/g)].map((found) => found[1]);

const written = times(new GPX().writeFeatures(new KML({ extractStyles: false }).readFeatures(track)));
const gpx = `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="finding"><trk><trkseg>
<trkpt lat="60" lon="25"><time>2026-11-20T10:00:00Z</time></trkpt></trkseg></trk></gpx>`;
const kept = times(new GPX().writeFeatures(new GPX().readFeatures(gpx)));
console.log("GPX to GPX:", ...kept);
console.log("KML to GPX:", ...written);
process.exit(kept[0] === "2026-11-20T10:00:00Z" && written[0] === "58856-08-19T16:00:00Z" ? 0 : 1);
JAVASCRIPT
node convert.mjs
