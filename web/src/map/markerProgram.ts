import { X_UNITS, Y_UNITS } from "../engine/mercator";
import { HIDDEN } from "./markerBuffer";
import { linked, PART, uniformsOf } from "./shaders";

/** Status codes as in `STATUSES`: 0 moving, 1 idle, 2 stopped, 3 stale. */
const VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in ivec2 from;
layout(location = 1) in ivec2 to;
layout(location = 2) in vec3 time;     // start, duration, and how long it goes on after that, s
layout(location = 3) in vec2 course;   // degrees, below 0 where it is not known
layout(location = 4) in float staleAt; // s
layout(location = 5) in float bornAt;  // s
layout(location = 6) in uvec3 look;    // status, whether its kind is shown or it is hidden, its colour
uniform ivec2 centre;
uniform vec2 scale;    // of the screen's half, for each unit
uniform float copy;    // worlds to the east
uniform float now;     // s
uniform float side;    // device pixels of a marker with its outline
uniform float pass;    // the status that is drawn
uniform vec4 shown;    // by status, 1 where the filter lets it stand out
uniform float fade;    // s in which a marker that appears comes up; 0 where motion is not wanted
flat out float status;
flat out int tint;
flat out float alpha;
flat out vec2 heading; // sine and cosine, 0 and 0 where it is not known
const float TURN = 0.5; // s

${PART}

void main() {
  status = now > staleAt ? 3.0 : float(look.x);
  if (status != pass || look.y == ${HIDDEN}u) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // beyond what is drawn
    gl_PointSize = 1.0;
    return;
  }
  tint = look.z == 0u || status == 3.0 ? int(status) : 3 + int(look.z);
  float elapsed = now - time.x;
  // Whole numbers are subtracted exactly, and around the 180th meridian; only then they become floats.
  vec2 left = vec2(to - from) * (1.0 - part(elapsed, time.y, time.z));
  vec2 place = (vec2(to - centre) - left) * scale;
  place.x += copy * ${X_UNITS.toFixed(1)} * scale.x;
  gl_Position = vec4(place.x, -place.y, 0.0, 1.0);
  gl_PointSize = side;
  heading = vec2(0.0);
  if (course.y >= 0.0) {
    float turn = mod(course.y - course.x + 540.0, 360.0) - 180.0;
    float angle = radians(course.x + turn * part(elapsed, min(time.y, TURN), 0.0));
    heading = vec2(sin(angle), cos(angle));
  }
  bool matches = look.y == 1u && shown[int(status)] == 1.0;
  alpha = matches ? (status == 3.0 ? 0.6 : 1.0) : 0.16;
  if (fade > 0.0) alpha *= clamp((now - bornAt) / fade, 0.0, 1.0);
}`;

/** Signed distances to shapes, in pixels of the marker's size: iquilezles.org, "2D distance functions". */
const FRAGMENT = `#version 300 es
precision highp float;
flat in float status;
flat in int tint;
flat in float alpha;
flat in vec2 heading;
uniform float side;    // device pixels of the square
uniform float size;    // device pixels of a marker without its outline
uniform float outline; // device pixels
uniform vec3 colours[12]; // by status, then the eight others
uniform vec3 edge;
out vec4 colour;

float segment(vec2 p, vec2 a, vec2 b) {
  vec2 pa = p - a, ba = b - a;
  return length(pa - ba * clamp(dot(pa, ba) / dot(ba, ba), 0.0, 1.0));
}

float cross2(vec2 a, vec2 b) {
  return a.x * b.y - a.y * b.x;
}

// An arrow head that points up, mirrored at its axis; p.y grows downwards.
float arrow(vec2 p) {
  vec2 tip = vec2(0.0, -0.5) * size, wing = vec2(0.38, 0.44) * size, notch = vec2(0.0, 0.24) * size;
  p.x = abs(p.x);
  float far = min(segment(p, tip, wing), segment(p, wing, notch));
  bool inside = cross2(wing - tip, p - tip) > 0.0 && cross2(notch - wing, p - wing) > 0.0;
  return inside ? -far : far;
}

float square(vec2 p) {
  vec2 q = abs(p) - 0.36 * size + 0.18 * size;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 0.18 * size;
}

float shape(vec2 p) {
  if (status == 1.0) return square(p);
  if (status == 2.0) return length(p) - 0.36 * size;
  if (status == 3.0) return abs(length(p) - 0.3 * size) - max(0.75, 0.075 * size);
  if (heading == vec2(0.0)) return length(p) - 0.4 * size;
  return arrow(vec2(p.x * heading.y + p.y * heading.x, p.y * heading.y - p.x * heading.x));
}

void main() {
  float far = shape((gl_PointCoord - 0.5) * side);
  float cover = clamp(0.5 + outline - far, 0.0, 1.0) * alpha;
  if (cover <= 0.0) discard;
  vec3 inside = colours[tint];
  colour = vec4(mix(inside, edge, clamp(0.5 + far, 0.0, 1.0)), 1.0) * cover;
}`;

const UNIFORMS = [
  "centre",
  "scale",
  "copy",
  "now",
  "side",
  "pass",
  "shown",
  "fade",
  "size",
  "outline",
  "colours",
  "edge",
] as const;

export interface Program {
  readonly program: WebGLProgram;
  readonly uniforms: Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;
}

/** Throws where the graphics card refuses it. */
export function makeProgram(gl: WebGL2RenderingContext): Program {
  const program = linked(gl, VERTEX, FRAGMENT);
  return { program, uniforms: uniformsOf(gl, program, UNIFORMS) };
}

/** The place that a view looks at, in the units of the buffer. */
export function centreOf(x: number, y: number): [number, number] {
  return [Math.round((x - Math.floor(x)) * X_UNITS) | 0, Math.round(y * Y_UNITS) | 0];
}
