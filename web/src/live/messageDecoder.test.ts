import { describe, expect, test } from "vitest";
import { STATS } from "../testing/fakeEngine";
import { DeviceNumbers } from "./binaryDecoder";
import type { Message } from "./message";
import * as border from "./messageDecoder";
import { decodeDevice } from "./messageDecoder";
import type { LivePosition } from "./position";
import { PositionColumns } from "./positionColumns";

const readMessage = (data: unknown): Message | null => border.decodeMessage(data, new DeviceNumbers());
const good: LivePosition = { device_id: "a", timestamp: 1, latitude: 60, longitude: 25, status: "moving" };

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

  test.each(["event", "receipt", "ack", "command"])(
    "of type %s, which is nothing to this client, is let pass",
    (type) => {
      expect(readMessage(JSON.stringify({ type }))).toEqual({ type: "unknown" });
    },
  );

  test("keeps its good positions when others are wrong, and counts those", () => {
    const wrong = [{ ...good, latitude: 91 }, { ...good, timestamp: "1" }, { ...good, device_id: "" }, 7, null];
    const message = readMessage(JSON.stringify({ type: "update", seq: 1, time: 5, positions: [good, ...wrong] }));
    expect(message).toEqual({
      type: "update",
      view: 0,
      epoch: null,
      seq: 1,
      time: 5,
      positions: PositionColumns.of([good]),
      garbled: wrong.length,
    });
  });

  test("of positions has the number of its view and the state of the fleet", () => {
    const state = { view: 7, epoch: "9f2c", seq: 41 };
    expect(readMessage(JSON.stringify({ type: "snapshot", ...state, positions: [] }))).toMatchObject(state);
    const unknown = { view: 0, epoch: null, seq: null };
    const wrong = { view: "7", epoch: 9, seq: "41" };
    expect(readMessage(JSON.stringify({ type: "snapshot", ...wrong, positions: [] }))).toMatchObject(unknown);
  });

  test("that is a ping has the state of the fleet that it follows", () => {
    expect(readMessage('{"type": "ping", "time": 5, "seq": 42}')).toEqual({ type: "ping", time: 5, seq: 42 });
  });

  test("leaves out the fields of a position that are not what they should be", () => {
    const message = readMessage(
      JSON.stringify({ type: "snapshot", positions: [{ ...good, speed: "fast", course: 7, kind: 3 }] }),
    );
    expect(message?.type === "snapshot" && message.positions.all()).toEqual([{ ...good, course: 7 }]);
  });

  test("with statistics that lack a part is not understood", () => {
    expect(readMessage('{"type": "stats", "devices": 3}')).toBeNull();
  });

  test.each([
    [{ by_status: { moving: 1 } }],
    [{ rates: {} }],
    [{ distance: { since: 0, total: 0, others: 0, top: [null] } }],
    [{ distance: { top: [] } }],
    [{ by_kind: { bus: "many" } }],
  ])("with statistics in which a part is wrong, as %j, is not understood", (wrong) => {
    expect(readMessage(JSON.stringify({ type: "stats", ...STATS }))).not.toBeNull();
    expect(readMessage(JSON.stringify({ type: "stats", ...STATS, ...wrong }))).toBeNull();
  });
});

describe("a device", () => {
  const position = { device_id: "a", time: 1, latitude: 60, longitude: 25 };

  test("is read as a live position, with the speed and course that follow from its last leg", () => {
    const device = { device_id: "a", name: "A", status: "moving", speed: 7, course: 90, distance: 3, position };
    expect(decodeDevice(device)).toEqual({ ...good, name: "A", speed: 7, course: 90 });
  });

  test.each([[null], [{}], [{ position: 7 }], [{ position: { ...position, time: "now" } }]])(
    "as %j is none",
    (garbage) => {
      expect(decodeDevice(garbage)).toBeNull();
    },
  );
});
