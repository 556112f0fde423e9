import { SEGMENT_SIZE, type TrailRing } from "../../fleet/trailRing";
import { X_UNITS } from "../../lib/mercator";
import type { FrameView } from "../view/frameView";
import { worldCopies } from "../view/frameView";
import { LINE_WIDTH, LOOKAHEAD, LOOKAHEAD_OPACITY, TRAIL_OPACITY } from "./lineStyle";
import { FIELDS, STRIDE } from "./markerBuffer";
import { centreOf } from "./markerProgram";
import { linkProgram, PART, uniformLocations } from "./shaders";

const BYTES = 4 * SEGMENT_SIZE;
const CORNERS = 4;

/** What a line is: a piece of a trail that is over, the piece that is being drawn, or the way ahead. */
const KINDS = { over: 0, begun: 1, ahead: 2 } as const;

const VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in ivec2 from;
layout(location = 1) in ivec2 to;
layout(location = 2) in vec3 time; // start, duration, and how long it goes on after that; of a trail when it ended, s
layout(location = 3) in float staleAt;
layout(location = 4) in uvec2 look;
uniform int kind;
uniform ivec2 centre;
uniform vec2 scale;  // device pixels for each unit
uniform vec2 middle; // device pixels
uniform float copy;  // worlds to the east
uniform float now;   // s
uniform float width; // device pixels
uniform vec4 shown;  // by status, 1 where the filter lets it stand out
uniform vec2 opacity; // of trails, and of the way ahead
uniform float trailDuration; // s
flat out float alpha;
${PART}
void main() {
  vec2 way = vec2(to - from), end = vec2(to - centre), begin = end - way;
  if (kind == ${KINDS.over}) {
    alpha = opacity.x * clamp(1.0 - (now - time.x) / trailDuration, 0.0, 1.0);
  } else {
    bool moving = time.y > 0.0 && now < staleAt && look.y == 1u && shown[look.x] == 1.0;
    vec2 place = begin + way * part(now - time.x, time.y, time.z);
    bool going = moving && time.z > 0.0 && now < time.x + time.y + time.z;
    alpha = kind == ${KINDS.begun} ? float(moving) * opacity.x : float(going) * opacity.y;
    if (kind == ${KINDS.begun}) end = place;
    else { begin = place; end = place + way / time.y * ${LOOKAHEAD.toFixed(1)}; }
  }
  begin = begin * scale + vec2(copy * ${X_UNITS.toFixed(1)} * scale.x, 0.0);
  end = end * scale + vec2(copy * ${X_UNITS.toFixed(1)} * scale.x, 0.0);
  vec2 along = end - begin;
  float far = length(along);
  if (alpha <= 0.0 || !(far > 0.01)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // beyond what is drawn
    return;
  }
  vec2 across = vec2(-along.y, along.x) / far * width * 0.5;
  vec2 corner = ((gl_VertexID & 1) == 0 ? begin : end) + ((gl_VertexID & 2) == 0 ? across : -across);
  gl_Position = vec4(corner.x / middle.x, -corner.y / middle.y, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
flat in float alpha;
uniform vec3 line;
out vec4 colour;
void main() {
  colour = vec4(line, 1.0) * alpha;
}`;

const UNIFORMS = [
  "kind",
  "centre",
  "scale",
  "middle",
  "copy",
  "now",
  "width",
  "shown",
  "opacity",
  "trailDuration",
  "line",
] as const;

export interface LineStyle {
  readonly colour: readonly [red: number, green: number, blue: number];
  /** By status, 1 where the filter lets it stand out. */
  readonly shown: Float32Array;
  readonly trailDuration: number; // s
}

/** Draws the trails of markers and the ways ahead of them, with what the card holds of the markers already. */
export class LineRenderer {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #uniforms;
  readonly #segments: WebGLBuffer | null;
  readonly #overTrails: WebGLVertexArrayObject | null;
  readonly #overMarkers: WebGLVertexArrayObject | null;
  #ring: TrailRing | null = null;
  #held = 0; // bytes that the card has room for

  /** Throws where the graphics card refuses it. `markers` is what a `MarkerBuffer` is copied to. */
  constructor(gl: WebGL2RenderingContext, markers: WebGLBuffer | null) {
    this.#gl = gl;
    this.#program = linkProgram(gl, VERTEX, FRAGMENT);
    this.#uniforms = uniformLocations(gl, this.#program, UNIFORMS);
    this.#segments = gl.createBuffer();
    this.#overTrails = gl.createVertexArray();
    this.#overMarkers = gl.createVertexArray();
    gl.bindVertexArray(this.#overTrails);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#segments);
    this.#place(BYTES, 0, 8);
    this.#number(2, 1, BYTES, 16);
    gl.bindVertexArray(this.#overMarkers);
    gl.bindBuffer(gl.ARRAY_BUFFER, markers);
    this.#place(STRIDE, FIELDS.from, FIELDS.to);
    this.#number(2, 3, STRIDE, FIELDS.time);
    this.#number(3, 1, STRIDE, FIELDS.staleAt);
    this.#each(4, () => gl.vertexAttribIPointer(4, 2, gl.UNSIGNED_BYTE, STRIDE, FIELDS.look));
    gl.bindVertexArray(null);
    gl.bindBuffer(gl.ARRAY_BUFFER, markers);
    // Segments have no look of their own; the constant in its place must be of whole numbers, too.
    gl.vertexAttribI4ui(4, 0, 0, 0, 0);
  }

  /** Begins a frame: what `drawTrails` and `drawAhead` draw is seen from there. */
  prepare(view: FrameView, style: LineStyle): void {
    const gl = this.#gl;
    const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    const scale = view.scale * view.pixelRatio;
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL has a call of that name, React has nothing to do with it
    gl.useProgram(this.#program);
    gl.uniform2i(this.#uniforms.centre, ...centreOf(view.centreX, view.centreY));
    gl.uniform2f(this.#uniforms.scale, scale / X_UNITS, (scale / X_UNITS) * 2);
    gl.uniform2f(this.#uniforms.middle, width / 2, height / 2);
    gl.uniform1f(this.#uniforms.width, LINE_WIDTH * view.pixelRatio);
    gl.uniform2f(this.#uniforms.opacity, TRAIL_OPACITY, LOOKAHEAD_OPACITY);
    gl.uniform1f(this.#uniforms.trailDuration, style.trailDuration);
    gl.uniform3fv(this.#uniforms.line, style.colour);
    gl.uniform4fv(this.#uniforms.shown, style.shown);
  }

  /** `now` in ms; those of markers in seconds after their own epoch. */
  drawTrails(view: FrameView, ring: TrailRing, now: number, markers: { count: number; now: number }): void {
    this.#upload(ring);
    this.#draw(view, this.#overTrails, KINDS.over, (now - ring.epoch) / 1000, ring.count);
    this.#draw(view, this.#overMarkers, KINDS.begun, markers.now, markers.count);
  }

  drawLookahead(view: FrameView, markers: { count: number; now: number }): void {
    this.#draw(view, this.#overMarkers, KINDS.ahead, markers.now, markers.count);
  }

  #draw(view: FrameView, over: WebGLVertexArrayObject | null, kind: number, now: number, count: number): void {
    const gl = this.#gl;
    gl.bindVertexArray(over);
    gl.uniform1i(this.#uniforms.kind, kind);
    gl.uniform1f(this.#uniforms.now, now);
    const copies = worldCopies(view);
    for (let copy = -copies; copy <= copies; copy += 1) {
      gl.uniform1f(this.#uniforms.copy, copy);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, CORNERS, count);
    }
    gl.bindVertexArray(null);
  }

  #upload(ring: TrailRing): void {
    const gl = this.#gl;
    const replaced = ring !== this.#ring || ring.places.byteLength !== this.#held;
    const { first, end } = ring.drainChanged();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#segments);
    if (replaced) gl.bufferData(gl.ARRAY_BUFFER, ring.places, gl.DYNAMIC_DRAW);
    else if (first < end) {
      gl.bufferSubData(gl.ARRAY_BUFFER, first * BYTES, ring.places, first * SEGMENT_SIZE, (end - first) * SEGMENT_SIZE);
    }
    this.#ring = ring;
    this.#held = ring.places.byteLength;
  }

  #place(stride: number, from: number, to: number): void {
    const gl = this.#gl;
    this.#each(0, () => gl.vertexAttribIPointer(0, 2, gl.INT, stride, from));
    this.#each(1, () => gl.vertexAttribIPointer(1, 2, gl.INT, stride, to));
  }

  #number(location: number, count: number, stride: number, at: number): void {
    const gl = this.#gl;
    this.#each(location, () => gl.vertexAttribPointer(location, count, gl.FLOAT, false, stride, at));
  }

  /** One for all corners of a line. */
  #each(location: number, point: () => void): void {
    point();
    this.#gl.enableVertexAttribArray(location);
    this.#gl.vertexAttribDivisor(location, 1);
  }
}
