import type { Sprites } from "./markerSprites";

const OPAQUE = 255;

/**
 * Copies sprites pixel by pixel, where neither a graphics card nor the canvas is fast enough for a crowd: a call of the
 * canvas for each of 10,000 markers takes longer than a frame has, whatever it copies.
 */
export class MarkerRaster {
  #image: ImageData | null = null;
  #pixels = new Uint32Array(0);
  #bytes = new Uint8ClampedArray(0);

  /** Empties the picture; sizes in device pixels. */
  begin(width: number, height: number): void {
    if (this.#image?.width === width && this.#image.height === height) {
      this.#pixels.fill(0);
      return;
    }
    this.#image = new ImageData(width, height);
    this.#bytes = this.#image.data;
    this.#pixels = new Uint32Array(this.#bytes.buffer);
  }

  /** Lays a cell of the sprites over the picture, its corner at a whole pixel; what lies outside is cut off. */
  copy(
    sprites: Sprites,
    cell: readonly [column: number, row: number],
    left: number,
    top: number,
    opacity: number,
  ): void {
    const width = this.#image?.width ?? 0;
    const height = this.#image?.height ?? 0;
    const side = sprites.cell;
    const source = sprites.pixels;
    const from = cell[1] * side * sprites.width + cell[0] * side;
    const line = (cell[1] * (sprites.width / side) + cell[0]) * side;
    const lastY = Math.min(side, height - top);
    for (let y = Math.max(0, -top); y < lastY; y += 1) {
      const firstX = Math.max(sprites.spans[2 * (line + y)] ?? 0, -left);
      const lastX = Math.min(sprites.spans[2 * (line + y) + 1] ?? 0, width - left);
      let at = (top + y) * width + left + firstX;
      let of = from + y * sprites.width + firstX;
      for (let x = firstX; x < lastX; x += 1, at += 1, of += 1) {
        const pixel = source[of] ?? 0;
        const alpha = (pixel >>> 24) * opacity;
        if (alpha === OPAQUE) this.#pixels[at] = pixel;
        else if (alpha > 0) this.#blend(at * 4, pixel, alpha / OPAQUE);
      }
    }
  }

  /** In place of whatever is there; a canvas of the same size. */
  put(context: CanvasRenderingContext2D): void {
    if (this.#image) context.putImageData(this.#image, 0, 0);
  }

  /** Porter and Duff's "over", on colours that are not multiplied by their alpha. */
  #blend(at: number, pixel: number, alpha: number): void {
    const bytes = this.#bytes;
    const below = ((bytes[at + 3] ?? 0) / OPAQUE) * (1 - alpha);
    const sum = alpha + below;
    const part = alpha / sum;
    const rest = below / sum;
    bytes[at] = (pixel & 255) * part + (bytes[at] ?? 0) * rest;
    bytes[at + 1] = ((pixel >>> 8) & 255) * part + (bytes[at + 1] ?? 0) * rest;
    bytes[at + 2] = ((pixel >>> 16) & 255) * part + (bytes[at + 2] ?? 0) * rest;
    bytes[at + 3] = sum * OPAQUE;
  }
}
