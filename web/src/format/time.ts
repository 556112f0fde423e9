const clockTime = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

const clockMinute = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const dayAndMinute = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** In the zone of the browser; the day only when it is not today. */
export function formatTime(time: number, now: number): string {
  return (isSameDay(time, now) ? clockTime : dayAndTime).format(time);
}

/** As `formatTime`, without seconds and the year. */
export function formatMinute(time: number, now: number): string {
  return (isSameDay(time, now) ? clockMinute : dayAndMinute).format(time);
}

function isSameDay(time: number, now: number): boolean {
  return new Date(time).toDateString() === new Date(now).toDateString();
}
