/** What the panels know of the engine. Times are Unix milliseconds UTC, lengths metres, speeds metres a second. */
import type { Schemas } from "../api/ask";
import type { Colouring } from "../fleet/colouring";
import type { FleetQuery } from "../fleet/fleetBox";
import type { Connection } from "../live/connection";
import type { Picking } from "../map/picking";
import type { Replay } from "../replay/replay";

export type { Connection, Lag } from "../live/connection";

/**
 * A value that changes, shaped for React's `useSyncExternalStore(readable.subscribe, readable.get)`: both functions are
 * bound, and `get` returns the same reference until the value changed.
 */
export interface Readable<T> {
  get(): T;
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void;
}

export const STATUSES = ["moving", "idle", "stopped", "stale"] as const;
export type Status = (typeof STATUSES)[number];

export type Theme = "dark" | "light";

/** West, south, east, north in degrees. West greater than east crosses the 180th meridian. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** `L` of the protocol. `status` is what the marker shows, so it turns `stale` here by the passing of time. */
export interface LivePosition {
  readonly device_id: string;
  readonly timestamp: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
  readonly altitude?: number;
  readonly accuracy?: number;
  readonly battery?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly status: Status;
  /** Server time from which on it is stale unless it is heard before; an older server leaves it out. */
  readonly stale_at?: number;
}

/** As `GET /api/stats` answers and as the socket says twice a second. */
export type Stats = Schemas["Stats"];
export type DeviceDistance = Schemas["Driven"];
/** Whom something on the map is owed to. */
export type Credit = Schemas["Credit"];
/** As `GET /api/config` answers. */
export type Config = Schemas["Config"];
export type BasemapOption = Schemas["Basemap"];

export interface BasemapState {
  /** What was chosen, and what is shown: another one where its tiles cannot be had. */
  readonly chosen: BasemapOption;
  readonly shown: BasemapOption;
  /** From 0, as it is, to 1, gone. */
  readonly dim: number;
}

/** What the rest is drawn on; kept by the browser, and named by the address. */
export interface BasemapChoice {
  readonly options: readonly BasemapOption[];
  readonly state: Readable<BasemapState>;
  /** By id; what was chosen before is tried again. */
  choose(id: string): void;
  setDim(dim: number): void;
}

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface HistoryState {
  /** Whole hours; null when no history is asked for. */
  readonly range: TimeRange | null;
  /** Server time as of which what is drawn was gathered; null before anything was. */
  readonly made: number | null;
  readonly loading: boolean;
  /** Stored positions in view, and the circles that stand for them; near the ground each may stand for itself. */
  readonly positions: number;
  readonly circles: number;
  readonly error: string | null;
  /** More of the range is stored than is drawn; `refreshHistory` takes it in. */
  readonly newer: boolean;
}

/** One of the history layer. */
export interface StoredPosition {
  readonly device_id: string;
  readonly time: number;
  readonly kind: string;
  readonly moving: boolean;
}

export interface TrackPoint {
  readonly time: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
}

export interface TrackState {
  readonly device_id: string;
  readonly loading: boolean;
  readonly error: string | null;
  /** Oldest first, at most 20,000: the stored ones, then what came live. Changes at most twice a second. */
  readonly points: readonly TrackPoint[];
}

export interface Hover {
  /** CSS pixels from the top left of the mounted element. */
  readonly x: number;
  readonly y: number;
  readonly position: LivePosition;
}

export interface StoredHover {
  /** As those of `Hover`. */
  readonly x: number;
  readonly y: number;
  readonly position: StoredPosition;
  /** Of the device, where it is known. */
  readonly name: string | null;
  /** It was clicked, and stays until something else is. */
  readonly pinned: boolean;
}

export interface Layers {
  readonly live: boolean;
  readonly history: boolean;
  /** The history as a density, in place of its circles. */
  readonly density: boolean;
  readonly labels: boolean;
  /** The way of the selected device. */
  readonly track: boolean;
  /** The last ways of all, and lines to where they head. */
  readonly trails: boolean;
  readonly ahead: boolean;
}

export const FIRST_LAYERS: Layers = {
  live: true,
  history: true,
  density: false,
  labels: true,
  track: true,
  trails: false,
  ahead: false,
};

/** What is not dimmed on the map; null means all. Kinds are those of `Stats.by_kind`, `other` included. */
export interface Filter {
  readonly statuses: ReadonlySet<Status> | null;
  readonly kinds: ReadonlySet<string> | null;
}

export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** How markers are drawn: by the graphics card, in all their number of pixels or fewer, or frames; or by the page. */
export type Drawing = "full" | "coarse" | "sparse" | "compatible";

export interface Engine extends Picking {
  readonly replay: Replay;
  readonly connection: Readable<Connection>;
  readonly stats: Readable<Stats | null>;
  readonly selection: Readable<string | null>;
  /** The newest known of the selected device, in view or not; in a replay, what it was then. At most 4 Hz. */
  readonly selectedPosition: Readable<LivePosition | null>;
  /** True while the map keeps the selected device in the middle, or several in view; who moves the map ends it. */
  readonly following: Readable<boolean>;
  /** What the map shows, at most 2 Hz; null before it shows anything. */
  readonly view: Readable<Box | null>;
  /** Devices drawn in view, at most 2 Hz. */
  readonly shown: Readable<number>;
  readonly drawing: Readable<Drawing>;
  readonly history: Readable<HistoryState>;
  /** The track of the selected device over the last hour; null without a selection. */
  readonly track: Readable<TrackState | null>;
  /** What the pointer is over; at most once a frame, null for touch. */
  readonly hover: Readable<Hover | null>;
  /** Which stored position the pointer is over, or was clicked. */
  readonly stored: Readable<StoredHover | null>;
  readonly layers: Readable<Layers>;
  readonly basemap: BasemapChoice;

  /** Puts the map into the element (it fills it, and takes the keyboard focus) and starts the connection. */
  mount(element: HTMLElement): void;
  /** Ends everything: socket, timers, requests, map. A second `mount` does nothing. */
  dispose(): void;

  /** Selects it alone on the map and loads the track; the map does not move. Null deselects. */
  select(deviceId: string | null): void;
  follow(on: boolean): void;
  /** Selects it alone and, where it is out of view, moves the map to it. */
  reveal(deviceId: string): void;
  /** Shows all devices whose place is known, but only those that match, and that are shown where others are not. */
  fitFleet(query?: FleetQuery): void;
  /** Moves the map there, zooming in to street level if it is further out. */
  flyTo(place: Place): void;
  /** Marks a place of the track, where a chart of it is pointed at; null takes the mark away. */
  point(place: Place | null): void;
  zoomBy(delta: number): void;
  setFilter(filter: Filter): void;
  setLayer(name: keyof Layers, on: boolean): void;
  showHistory(range: TimeRange | null): void;
  refreshHistory(): void;
  /** Gives up loading history; what has come stays. */
  cancelHistory(): void;
  /** Tries the connection at once. */
  retryNow(): void;
  setTheme(theme: Theme): void;
  setColouring(colouring: Colouring): void;
  /** Says which pixels at the edges are covered by panels, so that nothing is centred or fitted under them. */
  setPadding(padding: Padding): void;
}

export interface EngineOptions {
  /** What addresses are relative to: `document.baseURI` as a rule. */
  readonly base: string;
  readonly config: Config;
  readonly theme?: Theme;
  /** Nothing moves after the first look, for tests and pictures. */
  readonly still?: boolean;
}
