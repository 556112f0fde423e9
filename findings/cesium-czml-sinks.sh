#!/usr/bin/env bash
# In Cesium an aircraft at a steady 10,000 m, with a fix each half hour, is at 7,016 m halfway between two fixes.
#
# Expected: CZML gives longitude, latitude and height for each time ("cartographicDegrees") with LINEAR
#           interpolation. Two samples with the same height have that height between them.
# Happens:  Cesium converts each sample to X, Y, Z from the middle of the Earth, and interpolates those: the way is a
#           chord through the Earth's curve. It sags by d²/8R: 3 km at 390 km between fixes, 20 m at 32 km. The fixes
#           themselves are right, and nothing in the file or in the viewer shows what happens between them.
# Version:  @cesium/engine 24.0.0.
# Source:   https://github.com/CesiumGS/cesium/issues/636, https://github.com/CesiumGS/cesium/pull/637 (X, Y, Z since
#           2013, so that ways over the 180th meridian are right); the documentation is silent; and this run.
# So:       heights between the fixes of Herenow's CZML are as good as its fixes are close: it joins fixes up to ten
#           minutes apart, which is 440 m for an airliner at 250 m/s. docs/simulator.md says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @cesium/engine@24.0.0
cat > fly.mjs <<'JAVASCRIPT'
// Cesium asks whether a value is a picture, and Node.js has no pictures: none is.
for (const name of ["Image", "HTMLImageElement", "HTMLCanvasElement", "HTMLVideoElement", "ImageBitmap"]) {
  globalThis[name] = class {};
}
const { Cartographic, CzmlDataSource, JulianDate } = await import("@cesium/engine");

const czml = [
  { id: "document", version: "1.0" },
  {
    id: "aircraft",
    position: {
      epoch: "2026-11-20T10:00:00Z",
      interpolationAlgorithm: "LINEAR",
      cartographicDegrees: [0, 25, 60, 10000, 1800, 32, 60, 10000],
    },
  },
];
const { entities } = await CzmlDataSource.load(czml);
const { position } = entities.getById("aircraft");
const heights = [0, 15, 30].map((minutes) => {
  const time = JulianDate.fromIso8601(`2026-11-20T10:${String(minutes).padStart(2, "0")}:00Z`);
  return Math.round(Cartographic.fromCartesian(position.getValue(time)).height);
});
console.log("height after 0, 15 and 30 minutes:", ...heights);
process.exit(heights[0] === 10000 && heights[2] === 10000 && heights[1] < 7100 ? 0 : 1);
JAVASCRIPT
node fly.mjs
