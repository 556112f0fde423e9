import { gzipSync } from "node:zlib";
import { zxyToTileId } from "pmtiles";

const HEADER_BYTES = 127;
// Readers fetch the header and the root directory with one request of this size.
const ROOT_LIMIT = 16_384 - HEADER_BYTES;
const GZIP = 2;
const VECTOR_TILES = 1;

/**
 * A PMTiles version 3 archive with one directory.
 * @param {{z: number, x: number, y: number, data: Uint8Array}[]} tiles not yet compressed
 * @param {object} metadata
 */
export function pmtilesArchive(tiles, metadata) {
  const { entries, contents } = layOut(tiles);
  const root = gzip(directory(entries));
  if (root.length > ROOT_LIMIT) {
    throw new Error(`the directory has ${root.length} bytes, at most ${ROOT_LIMIT} fit: use fewer tiles`);
  }
  const description = gzip(Buffer.from(JSON.stringify(metadata)));
  const data = Buffer.concat(contents);
  const zooms = tiles.map((tile) => tile.z);
  const header = archiveHeader({
    root: root.length,
    description: description.length,
    data: data.length,
    addressed: tiles.length,
    entries: entries.length,
    contents: contents.length,
    minZoom: Math.min(...zooms),
    maxZoom: Math.max(...zooms),
  });
  return Buffer.concat([header, root, description, data]);
}

function gzip(bytes) {
  return gzipSync(bytes, { level: 9 });
}

/** Tiles with the same content, such as the open sea, are kept once; neighbours of one content become one entry. */
function layOut(tiles) {
  const sorted = tiles
    .map((tile) => ({ ...tile, id: zxyToTileId(tile.z, tile.x, tile.y) }))
    .sort((a, b) => a.id - b.id);
  const places = new Map();
  const contents = [];
  const entries = [];
  let end = 0;
  for (const tile of sorted) {
    const key = Buffer.from(tile.data).toString("base64");
    let place = places.get(key);
    if (!place) {
      const bytes = gzip(tile.data);
      place = { offset: end, length: bytes.length };
      places.set(key, place);
      contents.push(bytes);
      end += bytes.length;
    }
    const last = entries.at(-1);
    if (last && last.offset === place.offset && last.id + last.run === tile.id) last.run += 1;
    else entries.push({ id: tile.id, run: 1, ...place });
  }
  return { entries, contents };
}

function directory(entries) {
  const bytes = [];
  writeVarint(bytes, entries.length);
  for (const [i, entry] of entries.entries()) writeVarint(bytes, entry.id - (entries[i - 1]?.id ?? 0));
  for (const entry of entries) writeVarint(bytes, entry.run);
  for (const entry of entries) writeVarint(bytes, entry.length);
  for (const [i, entry] of entries.entries()) {
    const before = entries[i - 1];
    const follows = before && before.offset + before.length === entry.offset;
    writeVarint(bytes, follows ? 0 : entry.offset + 1);
  }
  return Buffer.from(bytes);
}

function writeVarint(bytes, value) {
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function archiveHeader(sizes) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PMTiles");
  header.writeUInt8(3, 7);
  const description = HEADER_BYTES + sizes.root;
  const data = description + sizes.description;
  const numbers = [
    HEADER_BYTES,
    sizes.root,
    description,
    sizes.description,
    data,
    0,
    data,
    sizes.data,
    sizes.addressed,
    sizes.entries,
    sizes.contents,
  ];
  for (const [i, number] of numbers.entries()) header.writeBigUInt64LE(BigInt(number), 8 + 8 * i);
  header.set([1, GZIP, GZIP, VECTOR_TILES, sizes.minZoom, sizes.maxZoom], 96);
  for (const [i, degrees] of [-180, -85, 180, 85].entries()) header.writeInt32LE(degrees * 1e7, 102 + 4 * i);
  return header;
}
