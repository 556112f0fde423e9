import { describe, expect, test } from "vitest";
import { LIVE } from "../../testing/fakeEngine";
import { connectionText, dataText, lagText } from "./connectionText";

const NOW = 1_790_000_000_000;

describe("connectionText", () => {
  test("is Live, without a message, when there is no problem", () => {
    expect(connectionText(LIVE, NOW)).toMatchObject({ label: "Live", tone: "good", message: null });
  });

  test("warns of a lag with its amount and its likely cause", () => {
    const lag = { milliseconds: 3400, cause: "network" } as const;
    expect(connectionText({ ...LIVE, lag }, NOW)).toMatchObject({ label: "Live", tone: "warn", message: null });
    expect(lagText(lag)).toEqual({
      amount: "3.4 s behind",
      short: "+3.4 s",
      cause: "The network between here and the server is slow.",
    });
  });

  test("is Connecting before the first message, without a banner", () => {
    expect(connectionText({ ...LIVE, state: "connecting" }, NOW)).toMatchObject({ label: "Connecting", message: null });
  });

  test("gives the reason of polling", () => {
    const { label, message } = connectionText({ ...LIVE, state: "polling" }, NOW);
    expect(label).toBe("Polling");
    expect(message).toBe("Live updates by polling: WebSockets are blocked.");
  });

  test("counts down to the next attempt in whole seconds, rounded up", () => {
    const text = connectionText({ ...LIVE, state: "reconnecting", retryAt: NOW + 2100 }, NOW);
    expect(text).toMatchObject({ label: "Reconnecting", countdown: "Reconnecting in 3 s.", canRetry: true });
  });

  test.each([null, NOW - 50])("shows now when the next attempt is due (%s)", (retryAt) => {
    expect(connectionText({ ...LIVE, state: "reconnecting", retryAt }, NOW).countdown).toBe("Reconnecting now…");
  });

  test("shows the age of the data while offline, and offers no retry", () => {
    const text = connectionText({ ...LIVE, state: "offline" }, NOW, "last data 12 s ago");
    expect(text).toMatchObject({ label: "Offline", countdown: "last data 12 s ago", canRetry: false });
  });

  test("passes on why the server refused", () => {
    const text = connectionText({ ...LIVE, state: "refused", problem: "view.bbox: expected four numbers" }, NOW);
    expect(text).toMatchObject({ label: "Refused", tone: "bad", message: "view.bbox: expected four numbers" });
  });
});

test("the age of the data is that of the last report, and null without a fleet", () => {
  expect(dataText(null, NOW)).toBeNull();
  expect(dataText({ devices: 0, newest: null }, NOW)).toBe("no data yet");
  expect(dataText({ devices: 3, newest: null }, NOW)).toBeNull();
  expect(dataText({ devices: 3, newest: NOW - 420_000 }, NOW)).toBe("last data 7 min ago");
});
