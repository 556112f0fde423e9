// Until single vehicles can be told apart, a city is read as a whole: markers stay small there.
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
