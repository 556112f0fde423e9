import type { Readable } from "./readable";

/** Milliseconds, told once a second to all who show an age: one timer for the page, none while nobody listens. */
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
