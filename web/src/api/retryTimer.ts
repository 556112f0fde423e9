import { HttpError } from "./request";

const SHORTEST = 1000; // ms
const LONGEST = 60_000; // ms, whatever the server asks for
const JITTER = 0.5; // of the wait, at most, so that pages do not return all at once

/** The time in ms after which the server accepts the request again, or null if it does not say so. */
export function retryWait(error: unknown): number | null {
  if (!(error instanceof HttpError) || error.status !== 503 || error.retryAfter === null) return null;
  return Math.min(LONGEST, Math.max(SHORTEST, error.retryAfter));
}

/** At most one retry that is due. */
export class RetryTimer {
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** After about the wait, in ms; not where it is null, or where a retry is due already. */
  plan(wait: number | null, retry: () => void): void {
    if (wait === null || this.#timer !== null) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        retry();
      },
      wait * (1 + JITTER * Math.random()),
    );
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
