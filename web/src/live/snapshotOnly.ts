import type { Message } from "./message";

/** Passes snapshots and the first statistics to the handler, and drops updates: the page shows one moment. */
export function snapshotOnly(handler: (message: Message) => void): (message: Message) => void {
  let hasStats = false;
  return (message) => {
    if (message.type === "update" || (message.type === "stats" && hasStats)) return;
    hasStats ||= message.type === "stats";
    handler(message);
  };
}
