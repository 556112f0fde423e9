import type { Readable } from "./readable";

/** Milliseconds, published once a second for all ages on the page: one timer, and none without listeners. */
function createClock(): Readable<number> {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;

  function tick(): void {
    now = Date.now();
    for (const listener of listeners) listener();
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    timer ??= setInterval(tick, 1000);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    };
  }

  return { get: () => now, subscribe };
}

export const clock = createClock();
