import { X_UNITS, Y_UNITS } from "../../lib/mercator";
import { STATUSES, type Status } from "../../live/position";
import { linkProgram, PART, uniformLocations } from "./shaders";

const STALE = STATUSES.indexOf("stale");

const VERTEX_INPUTS = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in ivec2 from;
layout(location = 1) in ivec2 to;
layout(location = 2) in vec3 time;     // start, duration, and how long it goes on after that, s
layout(location = 3) in vec2 course;   // degrees, below 0 where it is not known
layout(location = 4) in float bornAt;  // s
layout(location = 5) in uvec3 look;    // status as reported, whether its kind is shown, its colour
uniform ivec2 centre;
uniform vec2 scale;    // of the screen's half, for each unit
uniform float copy;    // worlds to the east
uniform float now;     // s
uniform float side;    // device pixels of a marker with its outline
uniform vec4 shown;    // by status, 1 where the filter lets it stand out
uniform float fade;    // s in which a marker that appears comes up; 0 where motion is not wanted
uniform vec3 colours[12]; // by status, then the eight others
flat out vec3 inside;
flat out float alpha;
flat out vec2 heading; // sine and cosine, 0 and 0 where it is not known
const float TURN = 0.5; // s

${PART}`;

/** Of markers of one status: codes as in `STATUSES`, 0 moving, 1 idle, 2 stopped, 3 stale. */
const vertex = (status: number): string => `${VERTEX_INPUTS}

void main() {
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
  inside = colours[look.z == 0u || ${status} == ${STALE} ? ${status} : ${STATUSES.length - 1} + int(look.z)];
  bool matches = look.y == 1u && shown[${status}] == 1.0;
  alpha = matches ? ${status === STALE ? "0.6" : "1.0"} : 0.16;
  if (fade > 0.0) alpha *= clamp((now - bornAt) / fade, 0.0, 1.0);
}`;

/**
 * How far a place is from a shape's edge, below 0 inside, in device pixels: iquilezles.org, "2D distance functions". The
 * arrow's are those to the lines of its edges, which is all that a processor that plays the graphics card has time for.
 */
const DISTANCES: Readonly<Record<Status, string>> = {
  moving: `
    if (heading == vec2(0.0)) return length(p) - 0.4 * size;
    float across = abs(p.x * heading.y + p.y * heading.x), along = p.y * heading.y - p.x * heading.x;
    float flank = 0.9271 * across - 0.3748 * along - 0.1874 * size;
    float notch = 0.8849 * along - 0.4658 * across - 0.2124 * size;
    float ends = abs(along + 0.03 * size) - 0.47 * size;
    return max(max(flank, notch), ends);`,
  idle: `
    vec2 q = abs(p) - 0.18 * size;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 0.18 * size;`,
  stopped: "return length(p) - 0.36 * size;",
  stale: "return abs(length(p) - 0.3 * size) - max(0.75, 0.075 * size);",
};

const fragment = (status: Status): string => `#version 300 es
precision highp float;
flat in vec3 inside;
flat in float alpha;
flat in vec2 heading;
uniform float side;    // device pixels of the square
uniform float size;    // device pixels of a marker without its outline
uniform float outline; // device pixels
uniform vec3 edge;
out vec4 colour;

float distanceOf(vec2 p) {${DISTANCES[status]}
}

void main() {
  float far = distanceOf((gl_PointCoord - 0.5) * side);
  float cover = clamp(0.5 + outline - far, 0.0, 1.0) * alpha;
  colour = vec4(mix(inside, edge, clamp(0.5 + far, 0.0, 1.0)), 1.0) * cover;
}`;

const UNIFORMS = [
  "centre",
  "scale",
  "copy",
  "now",
  "side",
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

/** Draws markers of one status. Throws where the graphics card refuses it. */
export function makeProgram(gl: WebGL2RenderingContext, status: Status): Program {
  const program = linkProgram(gl, vertex(STATUSES.indexOf(status)), fragment(status));
  return { program, uniforms: uniformLocations(gl, program, UNIFORMS) };
}

/** The centre of a view, in the units of the buffer. */
export function centreOf(x: number, y: number): [number, number] {
  return [Math.round((x - Math.floor(x)) * X_UNITS) | 0, Math.round(y * Y_UNITS) | 0];
}
