/** One mark of a chart: its label, its value, and the action of a click. */
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
  /** Missing for a mark that represents several things and so cannot be chosen. */
  readonly choose?: (() => void) | undefined;
}
