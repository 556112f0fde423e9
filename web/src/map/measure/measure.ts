import type { Place } from "../../lib/place";
import type { Readable } from "../../lib/readable";
import { Value } from "../../lib/readable";

const MOST_POINTS = 200;

/** The ruler: the points of a way, which is measured along them. */
export interface Measure {
  /** Null while nothing is measured. */
  readonly points: Readable<readonly Place[] | null>;
  begin(from?: Place): void;
  /** Goes on to a place, or to the one in the middle of the map. */
  add(place?: Place): void;
  removeLast(): void;
  end(): void;
}

export interface MeasureOptions {
  readonly centre: () => Place;
  readonly onChange: (points: readonly Place[]) => void;
}

export class MapMeasure implements Measure {
  readonly points = new Value<readonly Place[] | null>(null);
  readonly #options: MeasureOptions;

  constructor(options: MeasureOptions) {
    this.#options = options;
  }

  begin(from?: Place): void {
    this.#set(from ? [from] : []);
  }

  add(place = this.#options.centre()): void {
    const points = this.points.get();
    if (points && points.length < MOST_POINTS) this.#set([...points, place]);
  }

  removeLast(): void {
    this.#set(this.points.get()?.slice(0, -1) ?? null);
  }

  end(): void {
    this.#set(null);
  }

  #set(points: readonly Place[] | null): void {
    this.points.set(points);
    this.#options.onChange(points ?? []);
  }
}
