import type { MapColours } from "../view/mapColours";
import { outlineOf } from "./markerSize";

export const HEADINGS = 64;
const ROOM = 3; // pixels around a marker for its outline

/** Rows of the picture: the shape shows the status too, so that it does not depend on colour alone. */
export const ROWS = { moving: 0, idle: 1, stopped: 2, stale: 3, movingUnknownCourse: 4 } as const;

export interface Sprites {
  readonly picture: ImageBitmap;
  /** The same, a number each of red, green, blue and alpha from the lowest byte on; `width` of them a row. */
  readonly pixels: Uint32Array;
  readonly width: number;
  /** Of each line of each cell, cell by cell in reading order, where what is drawn begins and ends. */
  readonly spans: Uint8Array;
  /** Device pixels of the square that each marker has in the picture. */
  readonly cell: number;
  /** CSS pixels of that square. */
  readonly side: number;
}

/** Device pixels of the square around a marker, whole whatever the ratio. */
export function markerCell(size: number, pixelRatio: number): number {
  return Math.ceil((size + 2 * ROOM) * pixelRatio);
}

/** Every marker of one size, drawn once, so that a frame only copies pictures. */
export function drawSprites(colours: MapColours, size: number, pixelRatio: number): Sprites {
  const cell = markerCell(size, pixelRatio);
  const canvas = new OffscreenCanvas(cell * HEADINGS, cell * Object.keys(ROWS).length);
  const context = canvas.getContext("2d");
  if (context) drawRows(context, colours, size, cell, pixelRatio);
  const { width, height } = canvas;
  const pixels = context ? new Uint32Array(context.getImageData(0, 0, width, height).data.buffer) : new Uint32Array(0);
  // A bitmap is copied from faster than a canvas that could still change.
  const spans = spansOf(pixels, width, cell);
  return { picture: canvas.transferToImageBitmap(), pixels, width, spans, cell, side: cell / pixelRatio };
}

/** Cells are mostly empty, and a cell that is not drawn costs nothing. */
export function spansOf(pixels: Uint32Array, width: number, cell: number): Uint8Array {
  const lines = pixels.length / cell;
  const spans = new Uint8Array(2 * lines);
  for (let line = 0; line < lines; line += 1) {
    const [which, y] = [Math.floor(line / cell), line % cell];
    const columns = width / cell;
    const at = (Math.floor(which / columns) * cell + y) * width + (which % columns) * cell;
    let [first, last] = [0, cell];
    while (first < last && (pixels[at + first] ?? 0) >>> 24 === 0) first += 1;
    while (last > first && (pixels[at + last - 1] ?? 0) >>> 24 === 0) last -= 1;
    spans[2 * line] = first;
    spans[2 * line + 1] = last;
  }
  return spans;
}

function drawRows(
  context: OffscreenCanvasRenderingContext2D,
  colours: MapColours,
  size: number,
  cell: number,
  pixelRatio: number,
): void {
  const at = (column: number, row: number, draw: () => void): void => {
    context.save();
    context.translate((column + 0.5) * cell, (row + 0.5) * cell);
    context.scale(pixelRatio, pixelRatio);
    draw();
    context.restore();
  };
  const { status } = colours;
  context.lineJoin = "round";
  context.strokeStyle = colours.outline;
  // Half of the line is covered by the shape.
  context.lineWidth = 2 * outlineOf(size);
  for (let heading = 0; heading < HEADINGS; heading += 1) {
    at(heading, ROWS.moving, () => {
      context.rotate((heading / HEADINGS) * 2 * Math.PI);
      fillShape(context, arrow(size), status.moving);
    });
  }
  at(0, ROWS.idle, () => fillShape(context, roundedSquare(size * 0.72), status.idle));
  at(0, ROWS.stopped, () => fillShape(context, disc(size * 0.36), status.stopped));
  at(0, ROWS.stale, () => drawRing(context, colours, size * 0.3));
  at(0, ROWS.movingUnknownCourse, () => fillShape(context, disc(size * 0.4), status.moving));
}

function fillShape(context: OffscreenCanvasRenderingContext2D, shape: Path2D, colour: string): void {
  context.stroke(shape);
  context.fillStyle = colour;
  context.fill(shape);
}

function drawRing(context: OffscreenCanvasRenderingContext2D, colours: MapColours, radius: number): void {
  const width = Math.max(1.5, radius * 0.5);
  context.lineWidth += width;
  context.stroke(disc(radius));
  context.lineWidth = width;
  context.strokeStyle = colours.status.stale;
  context.stroke(disc(radius));
}

function arrow(size: number): Path2D {
  const path = new Path2D();
  path.moveTo(0, -size * 0.5);
  path.lineTo(size * 0.38, size * 0.44);
  path.lineTo(0, size * 0.24);
  path.lineTo(-size * 0.38, size * 0.44);
  path.closePath();
  return path;
}

function roundedSquare(side: number): Path2D {
  const path = new Path2D();
  path.roundRect(-side / 2, -side / 2, side, side, side * 0.25);
  return path;
}

function disc(radius: number): Path2D {
  const path = new Path2D();
  path.arc(0, 0, radius, 0, 2 * Math.PI);
  return path;
}
