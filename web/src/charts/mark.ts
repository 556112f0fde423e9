/** One mark of a chart: what it is called, what it says, and what a click on it does. */
export interface Mark {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  /** The value in words, with its unit. */
  readonly text: string;
  /** A CSS colour. */
  readonly colour: string;
  /** Whether the map and the list are limited to it; undefined when a click does something else. */
  readonly pressed?: boolean | undefined;
  /** Missing for what stands for several things and so cannot be chosen. */
  readonly choose?: (() => void) | undefined;
}
