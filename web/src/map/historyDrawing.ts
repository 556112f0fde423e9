import type { History } from "./history/history";
import type { MapLayers } from "./mapLayers";
import type { MapPointer } from "./pointer";
import type { MapView } from "./view/mapView";

export interface HistoryDrawingOptions {
  readonly history: History;
  readonly layers: MapLayers;
  readonly view: MapView;
  readonly pointer: MapPointer;
}

/** The history layer on the map, and what of it is in view. */
export class HistoryDrawing {
  readonly #options: HistoryDrawingOptions;

  constructor(options: HistoryDrawingOptions) {
    this.#options = options;
  }

  readonly draw = (): void => {
    const { history, layers, pointer } = this.#options;
    pointer.pin(null);
    layers.history.show(history.drawing.get());
    this.survey();
  };

  readonly survey = (): void => {
    const { history, layers, view } = this.#options;
    if (history.drawing.get()) history.setSurvey(layers.history.survey(view.map));
  };
}
