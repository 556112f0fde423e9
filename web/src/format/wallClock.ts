/** What the clocks of the browser's zone show, where they are put back or forward: an hour twice, or never. */

const MINUTE = 60_000; // ms
const AROUND = 6 * 3_600_000; // ms; further than clocks are ever put, nearer than they are put twice

/** All times, the earlier first, at which the clocks show what UTC shows at `wall`: two in the hour that comes twice,
 * none in one that is left out. */
export function possibleTimes(wall: number): number[] {
  const near = wall - offsetAt(wall);
  const offsets = new Set([near - AROUND, near, near + AROUND].map(offsetAt));
  const times = [...offsets].map((offset) => wall - offset);
  return times.filter((time) => time + offsetAt(time) === wall).sort((a, b) => a - b);
}

/** The offset of a time, like `+02:00`, where the clocks show the same at another time too, and else nothing. */
export function offsetIfAmbiguous(time: number): string {
  return possibleTimes(time + offsetAt(time)).length > 1 ? offsetText(time) : "";
}

export function offsetText(time: number): string {
  const minutes = Math.round(offsetAt(time) / MINUTE);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/** Ms east of UTC. */
function offsetAt(time: number): number {
  return -new Date(time).getTimezoneOffset() * MINUTE;
}
