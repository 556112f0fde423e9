/** What the panels know of the map. Times are Unix milliseconds UTC, lengths metres, speeds metres a second. */
import type { Config } from "../api/config";
import type { Colouring } from "../fleet/colouring";
import type { FleetQuery } from "../fleet/fleetBox";
import type { DeviceGroup } from "../fleet/group";
import type { MapFilter } from "../fleet/mapFilter";
import type { Box, Place } from "../lib/place";
import type { Readable } from "../lib/readable";
import type { TimeRange } from "../lib/timeRange";
import type { Connection } from "../live/connection";
import type { LivePosition } from "../live/position";
import type { Stats } from "../live/stats";
import type { BasemapChoice } from "../map/basemap/basemapChoice";
import type { HistoryState } from "../map/history/historyState";
import type { Layers } from "../map/layers";
import type { Popup } from "../map/mapPopup";
import type { Drawing } from "../map/markers/frameGovernor";
import type { Measure } from "../map/measure/measure";
import type { Hover, StoredHover } from "../map/pointer";
import type { TrackState } from "../map/track/trackState";
import type { Padding } from "../map/view/padding";
import type { Replay } from "../replay/replay";
import type { Theme } from "../settings/theme";

export interface Engine {
  readonly group: DeviceGroup;
  readonly popup: Popup;
  readonly measure: Measure;
  readonly replay: Replay;
  readonly connection: Readable<Connection>;
  readonly stats: Readable<Stats | null>;
  readonly selection: Readable<string | null>;
  /** The newest known position of the selected device, in view or not; in a replay, its position then. At most 4 Hz. */
  readonly selectedPosition: Readable<LivePosition | null>;
  /** True while the map keeps the selected device in the middle, or several in view. A pan by the user ends it. */
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
  /** Fits the map to all located devices that match the query and are not hidden by isolation. */
  fitFleet(query?: FleetQuery): void;
  /** Moves the map there, zooming in to street level if it is further out. */
  flyTo(place: Place): void;
  /** Marks a place of the track while the pointer is on its chart; null removes the mark. */
  point(place: Place | null): void;
  zoomBy(delta: number): void;
  setFilter(filter: MapFilter): void;
  setLayer(name: keyof Layers, on: boolean): void;
  showHistory(range: TimeRange | null): void;
  refreshHistory(): void;
  /** Stops loading history; what is loaded stays. */
  cancelHistory(): void;
  /** Tries the connection at once. */
  retryNow(): void;
  setTheme(theme: Theme): void;
  setColouring(colouring: Colouring): void;
  /** Sets how many pixels at each edge are covered by panels, so that nothing is centred or fitted under them. */
  setPadding(padding: Padding): void;
}

export interface EngineOptions {
  /** What addresses are relative to, usually `document.baseURI`. */
  readonly base: string;
  readonly config: Config;
  readonly theme?: Theme;
  /** Nothing moves after the first snapshot, for tests and screenshots. */
  readonly paused?: boolean;
}
