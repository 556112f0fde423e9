// While a whole city is in view, single vehicles are not distinguishable: markers stay small.
const STEPS: readonly (readonly [zoom: number, pixels: number])[] = [
  [6, 6],
  [9, 10],
  [11.5, 10],
  [13, 16],
  [15, 24],
  [17, 28],
];

/** Pixels of a marker, in whole steps so that few sizes need drawing. */
export function markerSize(zoom: number): number {
  let [zoomBefore, sizeBefore] = STEPS[0] ?? [0, 0];
  for (const [stepZoom, stepSize] of STEPS) {
    if (zoom <= stepZoom) {
      const part = stepZoom === zoomBefore ? 1 : (zoom - zoomBefore) / (stepZoom - zoomBefore);
      return Math.round(sizeBefore + (stepSize - sizeBefore) * Math.max(0, part));
    }
    [zoomBefore, sizeBefore] = [stepZoom, stepSize];
  }
  return sizeBefore;
}

const OUTLINE = 1.5; // pixels
const THIN_OUTLINE = 0.75; // of markers so small that they are seen in crowds
const SMALL = 11; // pixels

/** Pixels of the line around a marker of that size. */
export function outlineOf(size: number): number {
  return size < SMALL ? THIN_OUTLINE : OUTLINE;
}
