import type { Message } from "./message";

/** Lets through what a picture needs, each view's devices and the first statistics, and nothing that would move it. */
export function snapshotOnly(handler: (message: Message) => void): (message: Message) => void {
  let hasStats = false;
  return (message) => {
    if (message.type === "update" || (message.type === "stats" && hasStats)) return;
    hasStats ||= message.type === "stats";
    handler(message);
  };
}
