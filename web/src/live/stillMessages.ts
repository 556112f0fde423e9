import type { Message } from "./message";

/** Lets through what a picture needs, each view's devices and the first statistics, and nothing that would move it. */
export function stillMessages(take: (message: Message) => void): (message: Message) => void {
  let counted = false;
  return (message) => {
    if (message.type === "update" || (message.type === "stats" && counted)) return;
    counted ||= message.type === "stats";
    take(message);
  };
}
