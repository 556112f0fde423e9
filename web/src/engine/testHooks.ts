import type { Scene } from "../fleet/scene";
import type { LivePosition } from "../live/position";
import type { MapLayers } from "../map/mapLayers";
import type { FrameFigures } from "../map/markers/frameMeter";
import type { MapView } from "../map/view/mapView";

export interface Metrics extends FrameFigures {
  readonly messages: number;
  readonly updates: number;
  /** Positions in those messages. */
  readonly positions: number;
  /** Client time of the last snapshot or update, or null. */
  readonly lastUpdateAt: number | null;
}

/** What acceptance tests may look at; nothing here changes anything. */
export interface TestHooks {
  metrics(): Metrics;
  device(deviceId: string): LivePosition | null;
  /** Where the marker is drawn now. */
  shown(deviceId: string): { longitude: number; latitude: number; pixel: [number, number] } | null;
  devices(): string[];
  /** What the history layer draws in view, and for how many positions; null where it is a stored position itself. */
  historyMarks(): { pixel: number[]; count: number | null }[];
}

declare global {
  interface Window {
    herenow?: TestHooks;
  }
}

export function setTestHooks(hooks: TestHooks | undefined): void {
  if (hooks) window.herenow = Object.freeze(hooks);
  else delete window.herenow;
}

export interface TestHooksOptions {
  readonly layers: MapLayers;
  readonly view: MapView;
  readonly scene: () => Scene;
  readonly counts: Omit<Metrics, keyof FrameFigures>;
}

export function testHooks({ layers, view, scene, counts }: TestHooksOptions): TestHooks {
  return {
    metrics: () => ({ ...counts, ...layers.markers.meter.figures(performance.now()) }),
    device: (deviceId) => {
      const { store, now } = scene();
      return store.positionAt(store.row(deviceId) ?? -1, now());
    },
    shown: (deviceId) => layers.markers.displayedMarker(deviceId),
    devices: () => scene().store.deviceIds(),
    historyMarks: () => layers.history.marks(view.map),
  };
}
