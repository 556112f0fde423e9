const STEPS = [
  { unit: "s", seconds: 1, below: 60 },
  { unit: "min", seconds: 60, below: 3600 },
  { unit: "h", seconds: 3600, below: 48 * 3600 },
  { unit: "d", seconds: 86400, below: Number.POSITIVE_INFINITY },
] as const;

/** How long ago, from milliseconds: `now`, `12 s ago`, `3 min ago`. A clock that runs ahead counts as now. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (!Number.isFinite(seconds) || seconds < 1) return "now";
  const step = STEPS.find(({ below }) => seconds < below) ?? STEPS[3];
  return `${Math.floor(seconds / step.seconds)} ${step.unit} ago`;
}
