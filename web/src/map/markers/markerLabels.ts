import type { MapColours } from "../view/mapColours";
import type { Rectangle } from "./collisionGrid";
import { CollisionGrid } from "./collisionGrid";

const MOST_LABELS = 150;
const MOST_PICTURES = 400; // at the limit the cache is cleared
const MOST_WIDTHS = 50_000; // at the limit the cache is cleared
const FONT = "500 12px 'Inter Variable', Inter, system-ui, sans-serif";
const HEIGHT = 18; // pixels
const PADDING = 5;
const MOST_LETTERS = 28;
const RING = 6; // pixels below a marker that a ring around it takes
const MARKER_CORE = 4; // pixels of a marker on either side that a name must not cover

export interface Anchor {
  readonly row: number;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Shown even if it covers others. */
  readonly always: boolean;
}

/** The names beside markers: which of them have room, and their pictures. */
export class MarkerLabels {
  readonly #pictures = new Map<string, HTMLCanvasElement>();
  // Which names have room is a question to all of them; a picture is made of those that have.
  readonly #widths = new Map<string, number>();
  readonly #ruler = document.createElement("canvas").getContext("2d");
  #chosen: ReadonlySet<number> = new Set();
  #colours: MapColours;
  #pixelRatio = 1;

  constructor(colours: MapColours) {
    this.#colours = colours;
  }

  set(colours: MapColours, pixelRatio: number): void {
    if (colours === this.#colours && pixelRatio === this.#pixelRatio) return;
    this.#colours = colours;
    this.#pixelRatio = pixelRatio;
    this.#pictures.clear();
  }

  get chosen(): ReadonlySet<number> {
    return this.#chosen;
  }

  /**
   * Names cover neither each other nor markers. Those that show already come first, so that they do not flicker when
   * markers pass each other.
   */
  choose(anchors: readonly Anchor[], offset: number): void {
    const rank = (anchor: Anchor): number => (anchor.always ? 0 : this.#chosen.has(anchor.row) ? 1 : 2);
    const occupied = new CollisionGrid();
    for (const { x, y } of anchors) occupied.add(around(x, y, MARKER_CORE));
    const chosen = new Set<number>();
    for (const anchor of [...anchors].sort((a, b) => rank(a) - rank(b))) {
      if (chosen.size >= MOST_LABELS) break;
      const place = this.#rectangle(anchor, offset);
      if (!anchor.always && occupied.overlaps(place)) continue;
      occupied.add(place);
      chosen.add(anchor.row);
    }
    this.#chosen = chosen;
  }

  draw(context: CanvasRenderingContext2D, anchor: Anchor, offset: number): void {
    const picture = this.#picture(anchor.text);
    const { left, top } = this.#rectangle(anchor, offset);
    const width = picture.width / this.#pixelRatio;
    const height = picture.height / this.#pixelRatio;
    context.drawImage(picture, left, top, width, height);
  }

  #rectangle(anchor: Anchor, offset: number): Rectangle {
    const width = this.#width(anchor.text);
    const left = anchor.x - width / 2;
    const top = anchor.y + offset + (anchor.always ? RING : 0);
    return { left, top, right: left + width, bottom: top + HEIGHT };
  }

  /** CSS pixels of a name with its padding. */
  #width(text: string): number {
    const known = this.#widths.get(text);
    if (known !== undefined || !this.#ruler) return known ?? 0;
    if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear();
    this.#ruler.font = FONT;
    const width = widthOf(this.#ruler, shortened(text));
    this.#widths.set(text, width);
    return width;
  }

  #picture(text: string): HTMLCanvasElement {
    const known = this.#pictures.get(text);
    if (known) return known;
    if (this.#pictures.size >= MOST_PICTURES) this.#pictures.clear();
    const picture = drawLabel(text, this.#colours, this.#pixelRatio);
    this.#pictures.set(text, picture);
    return picture;
  }
}

function around(x: number, y: number, radius: number): Rectangle {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

function shortened(name: string): string {
  return name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
}

function widthOf(context: CanvasRenderingContext2D, text: string): number {
  return Math.ceil(context.measureText(text).width) + 2 * PADDING;
}

function drawLabel(name: string, colours: MapColours, pixelRatio: number): HTMLCanvasElement {
  const text = shortened(name);
  const picture = document.createElement("canvas");
  const context = picture.getContext("2d");
  if (!context) return picture;
  context.font = FONT;
  const width = widthOf(context, text);
  picture.width = Math.ceil(width * pixelRatio);
  picture.height = Math.ceil(HEIGHT * pixelRatio);
  context.scale(pixelRatio, pixelRatio);
  context.font = FONT;
  context.fillStyle = colours.labelBack;
  context.beginPath();
  context.roundRect(0, 0, width, HEIGHT, 4);
  context.fill();
  context.fillStyle = colours.label;
  context.textBaseline = "middle";
  context.fillText(text, PADDING, HEIGHT / 2 + 0.5);
  return picture;
}
