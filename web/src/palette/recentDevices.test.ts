import { expect, test } from "vitest";
import { recentDevices, rememberDevice } from "./recentDevices";

test("five are remembered, the newest first, each once", () => {
  for (const id of ["a", "b", "c", "d", "e", "f", "b"]) rememberDevice({ device_id: id, name: id });
  expect(recentDevices().map(({ device_id }) => device_id)).toEqual(["b", "f", "e", "d", "c"]);
});

test.each(["{", "null", "{}", '[{"device_id":7,"name":"x"}, null, "a"]'])("garbage (%s) is nothing", (kept) => {
  localStorage.setItem("herenow.recent", kept);
  expect(recentDevices()).toEqual([]);
});
