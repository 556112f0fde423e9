/** A geometry whose lines run on over the 180th meridian, as the tiler wants them, and do not jump back round the earth. */
export function unwrap(geometry) {
  const { type, coordinates } = geometry;
  switch (type) {
    case "LineString":
      return { type, coordinates: unwrapLine(coordinates) };
    case "MultiLineString":
      return { type, coordinates: coordinates.map(unwrapLine) };
    case "Polygon":
      return { type, coordinates: unwrapPolygon(coordinates) };
    case "MultiPolygon":
      return { type, coordinates: coordinates.map(unwrapPolygon) };
    default:
      throw new Error(`expected lines or polygons, got ${type}`);
  }
}

function unwrapLine(line) {
  let turns = 0;
  return line.map(([longitude, latitude], i) => {
    const step = longitude - (line[i - 1]?.[0] ?? longitude);
    if (Math.abs(step) > 180) turns -= Math.sign(step);
    return [longitude + 360 * turns, latitude];
  });
}

/** Holes are put into the same copy of the world as the ring around them. */
function unwrapPolygon([outer, ...holes]) {
  const ring = aroundPole(unwrapLine(outer));
  const start = ring[0][0];
  const shifted = holes.map((hole) => {
    const line = unwrapLine(hole);
    const shift = 360 * Math.round((start - line[0][0]) / 360);
    return line.map(([longitude, latitude]) => [longitude + shift, latitude]);
  });
  return [ring, ...shifted];
}

/** Antarctica goes round the earth without closing: it is led along the pole. */
function aroundPole(ring) {
  const [first, last] = [ring[0], ring.at(-1)];
  if (Math.abs(first[0] - last[0]) < 180) return ring;
  const pole = last[1] < 0 ? -90 : 90;
  return [...ring, [last[0], pole], [first[0], pole], first];
}
