import { pages } from "../../api/pages";
import { address, fetchJson } from "../../api/request";
import { t } from "../../i18n/t";
import { areNumbers, isFields } from "../../lib/fields";
import { Value } from "../../lib/readable";
import { Throttle } from "../../lib/throttle";
import type { LivePosition } from "../../live/position";
import type { PositionColumns } from "../../live/positionColumns";
import type { TrackPoint, TrackState } from "./trackState";

const SPAN = 3_600_000; // ms
const AHEAD = 120_000; // ms; a fix further in the future is no part of the last hour
const PAGE = 10_000;
const MOST_POINTS = 20_000; // at the limit the oldest go
const PACE = 500; // ms between changes of the state

/** The last hour of the selected device: what is stored, then what comes live. */
export class TrackLoader {
  readonly state = new Value<TrackState | null>(null);
  readonly #base: string;
  readonly #publish = new Throttle(PACE, () => this.#set({ points: [...this.#points] }));
  #points: TrackPoint[] = [];
  #request: AbortController | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  show(deviceId: string | null, serverNow: number): void {
    this.stop();
    this.#points = [];
    if (deviceId === null) {
      this.state.set(null);
      return;
    }
    this.state.set({ device_id: deviceId, loading: true, error: null, points: [] });
    this.#request = new AbortController();
    void this.#load(deviceId, serverNow - SPAN, this.#request.signal);
  }

  stop(): void {
    this.#request?.abort();
    this.#publish.stop();
  }

  /** Lengthens the track by a live position, if it is one and is newer than the end. */
  append(position: LivePosition): void {
    if (position.device_id !== this.state.get()?.device_id) return;
    const { timestamp: time, latitude, longitude, speed, course } = position;
    if (time <= (this.#points.at(-1)?.time ?? 0)) return;
    this.#points.push({
      time,
      latitude,
      longitude,
      ...definedField("speed", speed),
      ...definedField("course", course),
    });
    this.#points = lately(this.#points);
    this.#publish.schedule();
  }

  /** The same with each of them. */
  appendAll(positions: PositionColumns): void {
    const deviceId = this.state.get()?.device_id;
    if (deviceId === undefined) return;
    for (let row = 0; row < positions.count; row += 1) {
      if (positions.device(row).device_id === deviceId) this.append(positions.position(row));
    }
  }

  async #load(deviceId: string, from: number, cancel: AbortSignal): Promise<void> {
    try {
      const stored = await this.#fetchAll(deviceId, from, cancel);
      if (cancel.aborted) return;
      const end = stored.at(-1)?.time ?? 0;
      this.#points = lately([...stored, ...this.#points.filter((point) => point.time > end)]);
      this.#set({ loading: false, points: [...this.#points] });
    } catch (error) {
      if (cancel.aborted) return;
      this.#set({ loading: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #fetchAll(deviceId: string, from: number, cancel: AbortSignal): Promise<TrackPoint[]> {
    let points: TrackPoint[] = [];
    const path = `api/devices/${encodeURIComponent(deviceId)}/track`;
    const stored = pages(async (cursor) => {
      const url = address(
        path,
        { from: Math.round(from), to: Math.round(from + SPAN + AHEAD), limit: PAGE, cursor },
        this.#base,
      );
      return readPage(await fetchJson(url, cancel));
    });
    for await (const page of stored) points = lately([...points, ...page.points]);
    return points;
  }

  #set(change: Partial<TrackState>): void {
    const state = this.state.get();
    if (state) this.state.set({ ...state, ...change });
  }
}

function readPage(value: unknown): { points: TrackPoint[]; next: string | null } {
  if (!isFields(value) || !Array.isArray(value.positions)) {
    throw new Error(t("The server sent a track that this page cannot read."));
  }
  const all: unknown[] = value.positions;
  return { points: all.filter(isTrackPoint), next: typeof value.next === "string" ? value.next : null };
}

function isTrackPoint(value: unknown): value is TrackPoint {
  return isFields(value) && areNumbers([value.time, value.latitude, value.longitude, value.speed ?? 0]);
}

/** No longer than the span, and no more than the limit. */
function lately(points: TrackPoint[]): TrackPoint[] {
  const since = (points.at(-1)?.time ?? 0) - SPAN;
  const first = Math.max(
    points.findIndex((point) => point.time >= since),
    points.length - MOST_POINTS,
  );
  return first > 0 ? points.slice(first) : points;
}

function definedField(name: "speed" | "course", value: number | undefined): Partial<TrackPoint> {
  return value === undefined ? {} : { [name]: value };
}
