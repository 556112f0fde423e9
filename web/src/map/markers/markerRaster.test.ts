import { beforeEach, expect, test, vi } from "vitest";
import { MarkerRaster } from "./markerRaster";
import { type Sprites, spansOf } from "./markerSprites";

const RED = 0xff0000ff;
const GREEN = 0xff00ff00;
const HALF_GREEN = 0x8000ff00;

// The browser that these tests run in has none.
class Picture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}

let raster: MarkerRaster;

beforeEach(() => {
  vi.stubGlobal("ImageData", Picture);
  raster = new MarkerRaster();
  raster.begin(4, 3);
});

/** Two cells of two by two pixels beside each other. */
function sprites(...colours: [number, number]): Sprites {
  const [a, b] = colours;
  const pixels = Uint32Array.of(a, a, b, b, a, a, b, b);
  const shared = { width: 4, cell: 2, side: 2, picture: {} as ImageBitmap };
  return { ...shared, pixels, spans: spansOf(pixels, 4, 2) };
}

function rows(): number[][] {
  let put: Picture | undefined;
  raster.put({ putImageData: (image: Picture) => (put = image) } as unknown as CanvasRenderingContext2D);
  const pixels = new Uint32Array(put?.data.buffer ?? new ArrayBuffer(0));
  return [0, 1, 2].map((y) => [...pixels.slice(y * 4, y * 4 + 4)]);
}

test("the requested cell is copied to its place", () => {
  raster.copy(sprites(RED, GREEN), [1, 0], 1, 1, 1);
  expect(rows()).toEqual([
    [0, 0, 0, 0],
    [0, GREEN, GREEN, 0],
    [0, GREEN, GREEN, 0],
  ]);
});

test("what lies beyond an edge is cut off there, and comes in nowhere else", () => {
  raster.copy(sprites(RED, GREEN), [0, 0], -1, -1, 1);
  raster.copy(sprites(RED, GREEN), [0, 0], 3, 2, 1);
  raster.copy(sprites(RED, GREEN), [0, 0], 40, -40, 1);
  expect(rows()).toEqual([
    [RED, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, RED],
  ]);
});

test("what is half transparent lets half of what is below through, and keeps its colour over nothing", () => {
  raster.copy(sprites(RED, RED), [0, 0], 0, 0, 1);
  raster.copy(sprites(HALF_GREEN, RED), [0, 0], 0, 1, 1);
  const [, mixed, alone] = rows().map(([first = 0]) => first);
  expect((mixed ?? 0) >>> 24).toBe(255);
  expect((mixed ?? 0) & 255).toBeCloseTo(127, -1);
  expect(((mixed ?? 0) >>> 8) & 255).toBeCloseTo(128, -1);
  expect(alone).toBe(HALF_GREEN);
});

test("an opacity makes what is opaque transparent, and nothing is left of the frame before", () => {
  raster.copy(sprites(RED, RED), [0, 0], 0, 0, 0.5);
  expect((rows()[0]?.[0] ?? 0) >>> 24).toBeCloseTo(128, -1);
  raster.begin(4, 3);
  expect(rows().flat()).toEqual(Array(12).fill(0));
});

test("of a cell only what is drawn is looked at, line by line", () => {
  const pixels = Uint32Array.of(0, RED, 0, 0, RED, RED, 0, HALF_GREEN);
  expect([...spansOf(pixels, 4, 2)]).toEqual([1, 2, 0, 2, 2, 2, 1, 2]);
});
