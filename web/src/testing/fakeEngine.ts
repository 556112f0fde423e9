import type { BasemapOption } from "../api/config";
import type { Engine } from "../engine/engine";
import { Group } from "../fleet/group";
import type { MapFilter } from "../fleet/mapFilter";
import type { Box } from "../lib/place";
import { Value } from "../lib/readable";
import type { Connection } from "../live/connection";
import { NOT_CONNECTED } from "../live/connection";
import type { LivePosition } from "../live/position";
import type { Stats } from "../live/stats";
import type { BasemapChoice, BasemapState } from "../map/basemap/basemapChoice";
import { NO_HISTORY } from "../map/history/history";
import type { HistoryState } from "../map/history/historyState";
import type { Layers } from "../map/layers";
import { DEFAULT_LAYERS } from "../map/layers";
import { MapPopup } from "../map/mapPopup";
import type { Drawing } from "../map/markers/frameGovernor";
import { MapMeasure } from "../map/measure/measure";
import type { StoredHover } from "../map/pointer";
import type { Replay, ReplayState } from "../replay/replay";
import type { Fix } from "../replay/replayBlock";

export const LIVE: Connection = { ...NOT_CONNECTED, state: "live" };

/** An engine without a map or a connection. A test sets its values; it records the calls. */
export function fakeEngine() {
  const selection = new Value<string | null>(null);
  const following = new Value(false);
  const layers = new Value<Layers>(DEFAULT_LAYERS);
  const recorded: { filter: MapFilter | null; calls: string[] } = { filter: null, calls: [] };
  const record = (call: string) => () => void recorded.calls.push(call);
  const engine = {
    recorded,
    basemap: fakeBasemap(),
    replay: fakeReplay(record),
    group: new Group({ onPrimary: (deviceId) => selection.set(deviceId), onIsolated: () => {} }),
    popup: new MapPopup(noScene),
    measure: new MapMeasure({ centre: () => ({ latitude: 0, longitude: 0 }), onChange: () => {} }),
    connection: new Value<Connection>(LIVE),
    stats: new Value<Stats | null>(null),
    selection,
    selectedPosition: new Value<LivePosition | null>(null),
    following,
    view: new Value<Box | null>(null),
    shown: new Value(0),
    drawing: new Value<Drawing>("full"),
    history: new Value<HistoryState>(NO_HISTORY),
    track: new Value(null),
    hover: new Value(null),
    stored: new Value<StoredHover | null>(null),
    layers,
    select: (deviceId) => engine.group.selectOnly(deviceId),
    follow: (on) => following.set(on),
    reveal: (deviceId) => {
      engine.group.selectOnly(deviceId);
      record(`reveal ${deviceId}`)();
    },
    fitFleet: (query) => record(`fitFleet ${JSON.stringify(query ?? {})}`)(),
    setFilter: (filter) => void Object.assign(recorded, { filter }),
    setLayer: (name, on) => layers.set({ ...layers.get(), [name]: on }),
    showHistory: (range) => engine.history.set({ ...engine.history.get(), range }),
    ...recordedCalls(record),
  } satisfies Engine & { recorded: typeof recorded };
  return engine;
}

function noScene(): never {
  throw new Error("a still engine has no scene");
}

function recordedCalls(record: (call: string) => () => void) {
  return {
    mount: record("mount"),
    dispose: record("dispose"),
    flyTo: record("flyTo"),
    point: record("point"),
    zoomBy: record("zoomBy"),
    refreshHistory: record("refreshHistory"),
    cancelHistory: record("cancelHistory"),
    retryNow: record("retryNow"),
    setTheme: record("setTheme"),
    setColouring: record("setColouring"),
    setPadding: record("setPadding"),
  };
}

const BASEMAPS: readonly BasemapOption[] = [
  { id: "builtin", name: "Built-in", kind: "builtin" },
  { id: "town", name: "Town map", kind: "xyz", attribution: { text: "© Town council" } },
];

function fakeBasemap() {
  const [chosen] = BASEMAPS as [BasemapOption];
  const state = new Value<BasemapState>({ chosen, shown: chosen, dim: 0 });
  return {
    options: BASEMAPS,
    state,
    choose: (id) => {
      const named = BASEMAPS.find((one) => one.id === id) ?? chosen;
      state.set({ ...state.get(), chosen: named, shown: named });
    },
    setDim: (dim) => state.set({ ...state.get(), dim }),
  } satisfies BasemapChoice & { state: Value<BasemapState> };
}

function fakeReplay(record: (call: string) => () => void) {
  const state = new Value<ReplayState | null>(null);
  const change = (changes: Partial<ReplayState>) => {
    const before = state.get();
    if (before) state.set({ ...before, ...changes });
  };
  const replay = {
    state,
    track: new Value<readonly Fix[]>([]),
    fleet: (): readonly LivePosition[] => [], // which a test may replace
    fleetSize: (): number => replay.fleet().length,
    clock: { time: () => state.get()?.time ?? 0 },
    show: (range, time, devices = null) => state.set({ ...STANDING, range, time: time ?? range.from, devices }),
    end: () => state.set(null),
    play: (playing) => change({ playing }),
    seek: (time) => change({ time }),
    step: (direction) => record(`step ${direction}`)(),
    setSpeed: (speed) => change({ speed }),
    setLoop: (loop) => change({ loop }),
    limit: (devices) => change({ devices }),
    retry: record("retry"),
  } satisfies Replay & { state: Value<ReplayState | null> };
  return replay;
}

const STANDING = {
  playing: false,
  speed: 60,
  loop: false,
  waiting: false,
  error: null,
  stored: [],
  newer: 0,
} satisfies Partial<ReplayState>;

export const STATS: Stats = {
  time: 1_790_000_000_000,
  devices: 620,
  viewers: 3,
  by_status: { moving: 401, idle: 32, stopped: 150, stale: 37 },
  by_kind: { bus: 307, car: 200, truck: 60, bicycle: 40, other: 13 },
  clocks: { count: 0, worst: [] },
  distance: {
    since: 1_789_948_800_000,
    total: 812_345.6,
    others: 402_345.1,
    top: [
      { device_id: "bus-2007", name: "Bus 2007", kind: "bus", distance: 48_210.7 },
      { device_id: "car-9", distance: 31_000 },
    ],
  },
  rates: { accepted: 175.2, rejected: 0, announced: 175.2 },
  newest: 1_789_999_999_874,
  lag: null,
  backlog: null,
};
