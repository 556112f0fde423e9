import type { DeviceStore } from "../../fleet/deviceStore";
import type { TrailRing } from "../../fleet/trailRing";
import { X_UNITS, Y_UNITS } from "../../lib/mercator";
import { STATUSES } from "../../live/position";
import type { FrameView } from "../view/frameView";
import { worldCopies } from "../view/frameView";
import { coloursOf, type MapColours } from "../view/mapColours";
import { LineRenderer } from "./lineRenderer";
import { FIELDS, MarkerBuffer, STRIDE } from "./markerBuffer";
import { DRAWING_ORDER, MarkerOrder } from "./markerOrder";
import type { Program } from "./markerProgram";
import { centreOf, makeProgram } from "./markerProgram";
import { markerSize, outlineOf } from "./markerSize";

const FADE = 0.25; // s

/** What is to be drawn, and when: `now` by the clock that markers move by. */
export interface MarkerFrame {
  readonly view: FrameView;
  readonly colours: MapColours;
  readonly now: number;
  readonly serverNow: number;
  /** Nothing fades in. */
  readonly reducedMotion: boolean;
  /** The ways that markers went, and lines to where they head. */
  readonly trail: TrailRing | null;
  readonly trailDuration: number; // s
  readonly ahead: boolean;
  /** Colours are those of speeds, not of kinds. */
  readonly speeds: boolean;
}

/**
 * Draws all markers on the graphics card, which also moves them: a frame costs the page a few calls, however many there
 * are. What it holds is a copy of the store, made again when the card has lost it.
 */
export class MarkerRenderer {
  readonly canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #store: DeviceStore;
  readonly #buffer = new MarkerBuffer();
  readonly #order = new MarkerOrder();
  #programs: readonly Program[] | null = null; // by status
  #lines: LineRenderer | null = null;
  #vertices: WebGLBuffer | null = null;
  #indices: WebGLBuffer | null = null;
  #held = 0; // bytes that the card has room for

  /** Null where the browser has no WebGL 2, or none that can draw this. */
  static make(store: DeviceStore): MarkerRenderer | null {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false, premultipliedAlpha: true });
    if (!gl) return null;
    try {
      return new MarkerRenderer(canvas, gl, store);
    } catch (problem) {
      console.warn(problem instanceof Error ? problem.message : problem);
      return null;
    }
  }

  private constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, store: DeviceStore) {
    this.canvas = canvas;
    this.#gl = gl;
    this.#store = store;
    this.#setUp();
    canvas.addEventListener("webglcontextlost", this.#lost);
    canvas.addEventListener("webglcontextrestored", this.#restored);
  }

  /** Whether the card has lost what it held, and draws nothing. */
  get lost(): boolean {
    return this.#programs === null;
  }

  dispose(): void {
    this.canvas.removeEventListener("webglcontextlost", this.#lost);
    this.canvas.removeEventListener("webglcontextrestored", this.#restored);
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** Draws nothing while the card has lost what it held. */
  draw(frame: MarkerFrame): void {
    const programs = this.#programs;
    if (!programs) return;
    this.#upload(frame.now, frame.serverNow);
    const gl = this.#gl;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#drawLines(frame);
    for (const status of DRAWING_ORDER) {
      const program = programs[status];
      if (program) this.#drawThose(status, program, frame);
    }
  }

  #drawThose(status: number, program: Program, frame: MarkerFrame): void {
    const count = this.#order.count[status] ?? 0;
    if (count === 0) return;
    const gl = this.#gl;
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL has a call of that name, React has nothing to do with it
    gl.useProgram(program.program);
    this.#setUniforms(program, frame);
    const first = (this.#order.first[status] ?? 0) * Uint32Array.BYTES_PER_ELEMENT;
    const copies = worldCopies(frame.view);
    for (let copy = -copies; copy <= copies; copy += 1) {
      gl.uniform1f(program.uniforms.copy, copy);
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, first);
    }
  }

  #drawLines({ view, colours, now, trail, trailDuration, ahead }: MarkerFrame): void {
    if (!this.#lines || (!trail && !ahead)) return;
    const markers = { count: this.#store.count, now: (now - this.#buffer.epoch) / 1000 };
    this.#lines.prepare(view, { colour: rgb(colours.status.moving), shown: this.#store.statusShown, trailDuration });
    if (trail) this.#lines.drawTrails(view, trail, now, markers);
    if (ahead) this.#lines.drawLookahead(view, markers);
  }

  #setUniforms({ uniforms }: Program, { view, colours, now, reducedMotion, speeds }: MarkerFrame): void {
    const gl = this.#gl;
    const size = markerSize(view.zoom) * view.pixelRatio;
    const outline = outlineOf(markerSize(view.zoom)) * view.pixelRatio;
    gl.uniform2i(uniforms.centre, ...centreOf(view.centreX, view.centreY));
    gl.uniform2f(uniforms.scale, (2 * view.scale) / view.width / X_UNITS, (2 * view.scale) / view.height / Y_UNITS);
    gl.uniform1f(uniforms.now, (now - this.#buffer.epoch) / 1000);
    gl.uniform1f(uniforms.size, size);
    gl.uniform1f(uniforms.outline, outline);
    gl.uniform1f(uniforms.side, size + 2 * outline + 1); // a pixel for the soft edge
    gl.uniform1f(uniforms.fade, reducedMotion ? 0 : FADE);
    gl.uniform4fv(uniforms.shown, this.#store.statusShown);
    const fills = [...STATUSES.map((status) => colours.status[status]), ...coloursOf(colours, speeds)];
    gl.uniform3fv(uniforms.colours, fills.flatMap(rgb));
    gl.uniform3fv(uniforms.edge, rgb(colours.outline));
  }

  #upload(now: number, serverNow: number): void {
    const span = this.#buffer.update(this.#store, now, serverNow);
    const gl = this.#gl;
    const { bytes } = this.#buffer;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#vertices);
    if (this.#held !== bytes.byteLength) {
      gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.DYNAMIC_DRAW);
      this.#held = bytes.byteLength;
    } else if (span) {
      gl.bufferSubData(gl.ARRAY_BUFFER, span.start, new Uint8Array(bytes, span.start, span.end - span.start));
    }
    const after = (now - this.#buffer.epoch) / 1000;
    if (span || !this.#order.holds(this.#store.count, after)) this.#sort(after);
  }

  #sort(now: number): void {
    const gl = this.#gl;
    this.#order.sort(this.#buffer, this.#store.count, now);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#indices);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.#order.rows, gl.DYNAMIC_DRAW, 0, this.#store.count);
  }

  #setUp(): void {
    const gl = this.#gl;
    this.#programs = STATUSES.map((status) => makeProgram(gl, status));
    this.#indices = gl.createBuffer();
    this.#vertices = gl.createBuffer();
    this.#held = 0;
    this.#store.markAllChanged();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#vertices);
    const { from, to, time, course, bornAt, look } = FIELDS;
    for (const [place, offset] of [
      [0, from],
      [1, to],
    ] as const) {
      gl.vertexAttribIPointer(place, 2, gl.INT, STRIDE, offset);
    }
    for (const [place, count, offset] of [
      [2, 3, time],
      [3, 2, course],
      [4, 1, bornAt],
    ] as const) {
      gl.vertexAttribPointer(place, count, gl.FLOAT, false, STRIDE, offset);
    }
    gl.vertexAttribIPointer(5, 3, gl.UNSIGNED_BYTE, STRIDE, look);
    for (let place = 0; place <= 5; place += 1) gl.enableVertexAttribArray(place);
    this.#lines = new LineRenderer(gl, this.#vertices);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  readonly #lost = (event: Event): void => {
    event.preventDefault(); // or it never comes back
    this.#programs = null;
  };

  readonly #restored = (): void => {
    this.#setUp();
  };
}

/** Shares of red, green and blue in a colour like #3ddc97. */
export function rgb(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
