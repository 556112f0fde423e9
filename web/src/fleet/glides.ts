import { bearing, metresBetween, wrappedDelta } from "../lib/mercator";
import { shortestTurn } from "../lib/turn";
import { courseAt, glideTime, nextInterval, overrunTime, progress } from "./motion";
import { TrailRing } from "./trailRing";

const NO_COURSE = -1;
// A glide this long is seen as a straight line, so the marker points along it and not along the course of the device at its end.
const STRAIGHT_METRES = 25;
const LONG_AGO = 0; // ms: such a marker need not come up any more

/** A place at a time, in world units and ms. */
export interface Waypoint {
  readonly x: number;
  readonly y: number;
  readonly time: number;
  readonly course: number | undefined;
}

/** From one known place to the next; without an end the device stays at the begin. */
export interface Segment {
  readonly begin: Waypoint;
  readonly end: Waypoint | null;
}

/** Where each device is shown, in columns, so that a renderer can hand them to a graphics card. */
export class Glides {
  fromX = new Float64Array(0);
  fromY = new Float64Array(0);
  toX = new Float64Array(0);
  toY = new Float64Array(0);
  start = new Float64Array(0);
  duration = new Float64Array(0);
  /** Ms for which the marker continues after its glide. */
  overrun = new Float32Array(0);
  fromCourse = new Float32Array(0);
  toCourse = new Float32Array(0);
  reportedAt = new Float64Array(0);
  /** Since when the marker is shown without a break. A marker that jumps fades in again. */
  appearedAt = new Float64Array(0);
  interval = new Float32Array(0);
  /** False with reduced motion: every move is a jump. */
  smooth = true;
  /** Records the trails of markers; null while trails are switched off. */
  trail: TrailRing | null = null;

  get capacity(): number {
    return this.fromX.length;
  }

  grow(capacity: number): void {
    this.fromX = resized(this.fromX, capacity);
    this.fromY = resized(this.fromY, capacity);
    this.toX = resized(this.toX, capacity);
    this.toY = resized(this.toY, capacity);
    this.start = resized(this.start, capacity);
    this.duration = resized(this.duration, capacity);
    this.overrun = resized(this.overrun, capacity);
    this.fromCourse = resized(this.fromCourse, capacity);
    this.toCourse = resized(this.toCourse, capacity);
    this.reportedAt = resized(this.reportedAt, capacity);
    this.appearedAt = resized(this.appearedAt, capacity);
    this.interval = resized(this.interval, capacity);
  }

  /** Puts a device where it is, without a glide. */
  place(i: number, x: number, y: number, course: number | undefined, now: number): void {
    this.fromX[i] = this.toX[i] = x;
    this.fromY[i] = this.toY[i] = y;
    this.start[i] = now;
    this.duration[i] = 0;
    this.overrun[i] = 0;
    this.fromCourse[i] = this.toCourse[i] = course ?? NO_COURSE;
    this.reportedAt[i] = now;
    this.appearedAt[i] = now;
    this.interval[i] = 0;
  }

  /** Lets a device glide from where it is shown to its new place; `fixInterval` is the time between its two fixes. */
  move(i: number, x: number, y: number, course: number | undefined, now: number, fixInterval: number): void {
    const left = this.#left(i, now);
    const shownX = this.#xOf(i, left);
    const shownY = this.#yOf(i, left);
    const sinceLast = now - (this.reportedAt[i] ?? now);
    const known = this.interval[i] ?? 0;
    // A snapshot may be much younger than its fixes, so the first interval is taken from the fixes themselves.
    const interval = nextInterval(known, known === 0 ? fixInterval : sinceLast);
    const metres = metresBetween(shownX, shownY, x, y);
    const duration = this.smooth ? glideTime({ metres, sinceLast, interval }) : 0;
    this.trail?.add(this.fromX[i] ?? shownX, this.fromY[i] ?? shownY, shownX, shownY, now);
    const shownCourse = this.course(i, now);
    const appearedAt = this.appearedAt[i] ?? now;
    this.place(i, x, y, course, now);
    this.interval[i] = interval;
    if (duration === 0) return;
    this.appearedAt[i] = appearedAt;
    this.fromX[i] = shownX;
    this.fromY[i] = shownY;
    this.duration[i] = duration;
    if (course === undefined) return;
    this.toCourse[i] = metres > STRAIGHT_METRES ? displayedCourse(course, bearing(shownX, shownY, x, y)) : course;
    this.fromCourse[i] = shownCourse ?? this.toCourse[i] ?? NO_COURSE;
  }

  /** Clears the trail, if there is one; its times count from `epoch`. */
  resetTrail(epoch: number): void {
    if (this.trail) this.trail = new TrailRing(epoch);
  }

  /** Lets a moving marker continue for a while after its glide, so that a late fix does not stop it. */
  extend(i: number): void {
    this.overrun[i] = overrunTime(this.duration[i] ?? 0);
  }

  /** Plays a segment of a recording. */
  playSegment(i: number, { begin, end }: Segment): void {
    this.place(i, begin.x, begin.y, begin.course, begin.time);
    this.appearedAt[i] = LONG_AGO;
    if (!end || !this.smooth) return;
    const straight = metresBetween(begin.x, begin.y, end.x, end.y) > STRAIGHT_METRES;
    this.toX[i] = end.x;
    this.toY[i] = end.y;
    this.duration[i] = end.time - begin.time;
    this.toCourse[i] = (straight ? bearing(begin.x, begin.y, end.x, end.y) : begin.course) ?? NO_COURSE;
    this.fromCourse[i] = begin.course ?? this.toCourse[i] ?? NO_COURSE;
  }

  /** Finishes every glide: moves that happened while the page was hidden are not played afterwards. */
  finishAll(count: number): void {
    this.duration.fill(0, 0, count);
    this.fromCourse.set(this.toCourse.subarray(0, count));
  }

  /** May lie outside 0 to 1 on the way across the 180th meridian. */
  x(i: number, now: number): number {
    return this.#xOf(i, this.#left(i, now));
  }

  y(i: number, now: number): number {
    return this.#yOf(i, this.#left(i, now));
  }

  #xOf(i: number, left: number): number {
    const to = this.toX[i] ?? 0;
    return left === 0 ? to : to - wrappedDelta(to - (this.fromX[i] ?? to)) * left;
  }

  #yOf(i: number, left: number): number {
    const to = this.toY[i] ?? 0;
    return to - (to - (this.fromY[i] ?? to)) * left;
  }

  /** Whether the marker is moving on the map. */
  isMoving(i: number, now: number): boolean {
    const duration = this.duration[i] ?? 0;
    return duration > 0 && now < (this.start[i] ?? 0) + duration + (this.overrun[i] ?? 0);
  }

  /** Undefined when the device reported no course. */
  course(i: number, now: number): number | undefined {
    const to = this.toCourse[i] ?? NO_COURSE;
    if (to === NO_COURSE) return undefined;
    return courseAt(this.fromCourse[i] ?? to, to, now - (this.start[i] ?? 0), this.duration[i] ?? 0);
  }

  /** The share of the glide that is done; more than 1 while the marker continues after its end. */
  progress(i: number, now: number): number {
    return this.duration[i] ? 1 - this.#left(i, now) : 0;
  }

  /** The share of the glide that the marker covers in so many ms at its present pace; 0 when it stands. */
  progressIn(i: number, ms: number, now: number): number {
    return this.overrun[i] && this.isMoving(i, now) ? ms / (this.duration[i] ?? 1) : 0;
  }

  /** The vector of the glide in world units. */
  delta(i: number): [across: number, down: number] {
    const across = wrappedDelta((this.toX[i] ?? 0) - (this.fromX[i] ?? 0));
    return [across, (this.toY[i] ?? 0) - (this.fromY[i] ?? 0)];
  }

  /** The share of the glide that is left; below 0 while the marker continues after its end. */
  #left(i: number, now: number): number {
    return 1 - progress(now, this.start[i] ?? 0, this.duration[i] ?? 0, this.overrun[i] ?? 0);
  }

  copy(from: number, to: number): void {
    for (const column of this.#columns()) column[to] = column[from] ?? 0;
  }

  #columns(): (Float64Array | Float32Array)[] {
    const places = [this.fromX, this.fromY, this.toX, this.toY, this.start, this.duration];
    return [...places, this.overrun, this.fromCourse, this.toCourse, this.reportedAt, this.appearedAt, this.interval];
  }
}

/** The bearing of the move. A marker that overshot moves back without turning around. */
function displayedCourse(course: number, delta: number): number {
  return Math.abs(shortestTurn(course, delta)) < 90 ? delta : course;
}

type Column = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

function resized<T extends Column>(column: T, capacity: number): T {
  const larger = new (column.constructor as new (length: number) => T)(capacity);
  larger.set(column);
  return larger;
}
