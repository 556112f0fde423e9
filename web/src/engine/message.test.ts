import { describe, expect, test } from "vitest";
import { readMessage } from "./message";

const good = { device_id: "a", timestamp: 1, latitude: 60, longitude: 25, status: "moving" };

describe("a message", () => {
  test.each([
    ["not json"],
    ["[]"],
    ["null"],
    ["{}"],
    ['{"type": 7}'],
    ['{"type": "snapshot"}'],
    [new ArrayBuffer(4)],
    [undefined],
  ])("%s cannot be understood and says so", (data) => {
    expect(readMessage(data)).toBeNull();
  });

  test("of a type that is not known yet is let pass", () => {
    expect(readMessage('{"type": "event"}')).toEqual({ type: "unknown" });
  });

  test("keeps its good positions when others are wrong, and counts those", () => {
    const wrong = [{ ...good, latitude: 91 }, { ...good, timestamp: "1" }, { ...good, device_id: "" }, 7, null];
    const message = readMessage(JSON.stringify({ type: "update", seq: 1, time: 5, positions: [good, ...wrong] }));
    expect(message).toEqual({ type: "update", time: 5, positions: [good], garbled: wrong.length });
  });

  test("leaves out the fields of a position that are not what they should be", () => {
    const message = readMessage(
      JSON.stringify({ type: "snapshot", positions: [{ ...good, speed: "fast", course: 7, kind: 3 }] }),
    );
    expect(message).toMatchObject({ positions: [{ ...good, course: 7 }] });
    expect(message).not.toHaveProperty("positions.0.speed");
    expect(message).not.toHaveProperty("positions.0.kind");
  });

  test("with statistics that lack a part is not understood", () => {
    expect(readMessage('{"type": "stats", "devices": 3}')).toBeNull();
  });
});
