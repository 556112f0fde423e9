import { expect, test } from "vitest";
import { Group, MOST_MEMBERS } from "./group";

function groupOfTest() {
  const selected: (string | null)[] = [];
  const group = new Group({ onPrimary: (deviceId) => selected.push(deviceId), onIsolated: () => {} });
  return { group, selected: selected };
}

test("devices keep the order of selection, and the last one is primary", () => {
  const { group, selected } = groupOfTest();
  group.selectOnly("a");
  group.toggle("b");
  group.add(["c", "a", "d"]);
  expect(group.members.get()).toEqual(["a", "b", "c", "d"]);
  expect(selected).toEqual(["a", "b", "d"]);
});

test("a second toggle removes a device, and the one before becomes primary", () => {
  const { group, selected } = groupOfTest();
  group.add(["a", "b"]);
  group.toggle("b");
  expect(selected.at(-1)).toBe("a");
  group.toggle("a");
  expect(group.members.get()).toEqual([]);
  expect(selected.at(-1)).toBeNull();
});

test("selecting one leaves the others", () => {
  const { group } = groupOfTest();
  group.add(["a", "b"]);
  group.selectOnly("b");
  expect(group.members.get()).toEqual(["b"]);
});

test("what is isolated stays so when the selection changes", () => {
  const { group } = groupOfTest();
  group.isolate([]);
  expect(group.isolated.get()).toBeNull();
  group.add(["a", "b"]);
  group.isolate(group.members.get());
  group.selectOnly(null);
  expect(group.isolated.get()).toEqual(["a", "b"]);
  group.isolate(null);
  expect(group.isolated.get()).toBeNull();
});

test("it has a limit", () => {
  const { group } = groupOfTest();
  group.add(Array.from({ length: MOST_MEMBERS + 5 }, (_, n) => `${n}`));
  group.toggle("one more");
  expect(group.members.get()).toHaveLength(MOST_MEMBERS);
});
