import { expect, test } from "vitest";
import { requestedDelay } from "./closeCodes";

test.each([
  ["retry_ms=2345", 2345],
  ["the server is full; retry_ms=0", 0],
  ["retry_ms=86400000", 60_000],
  [`retry_ms=${"9".repeat(400)}`, 60_000],
])("the reason %s asks for a wait of %d ms, but never for more than a minute", (reason, wait) => {
  expect(requestedDelay(reason)).toBe(wait);
});

test.each(["", "the server is stopping", "retry_ms=soon", "no_retry_ms=5", "retry_ms=-5"])(
  "the reason %j asks for none",
  (reason) => {
    expect(requestedDelay(reason)).toBeNull();
  },
);
