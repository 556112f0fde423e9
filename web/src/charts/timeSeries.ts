/** A moment of a series; null where nothing is known, which the line does not cross. */
export interface Moment {
  readonly time: number;
  readonly value: number | null;
}

export const GAP = 600_000; // ms, as for a track on the map: what was in between is not known

/** With a break wherever nothing came for so long. */
export function insertGaps(moments: readonly Moment[]): Moment[] {
  return moments.flatMap((moment, i) => {
    const before = moments[i - 1];
    const isGap = before !== undefined && moment.time - before.time > GAP;
    return isGap ? [{ time: before.time + 1, value: null }, moment] : [moment];
  });
}

/** No more than about so many: of each stretch the least and the greatest stay, and every break. */
export function downsample(moments: readonly Moment[], most: number): readonly Moment[] {
  if (moments.length <= most) return moments;
  const length = Math.ceil((2 * moments.length) / most);
  const kept: Moment[] = [];
  for (let start = 0; start < moments.length; start += length) {
    const stretch = moments.slice(start, start + length);
    const known = stretch.filter(({ value }) => value !== null);
    const ends = new Set([least(known, 1), least(known, -1)]);
    kept.push(...stretch.filter((moment) => moment.value === null || ends.has(moment)));
  }
  return kept;
}

function least(moments: readonly Moment[], sign: 1 | -1): Moment | undefined {
  return moments.reduce<Moment | undefined>(
    (a, b) => (a === undefined || sign * ((b.value ?? 0) - (a.value ?? 0)) < 0 ? b : a),
    undefined,
  );
}
