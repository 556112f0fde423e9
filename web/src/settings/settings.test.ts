import { expect, test } from "vitest";
import { readSettings, settings } from "./settings";

const FIRST = readSettings(null);

test.each(["", "{", "null", "7", "[]", '"tr"', '{"units":7,"zone":{},"theme":"pink","shortcuts":"no","language":[]}'])(
  "what was kept as %s is as if nothing was",
  (kept) => expect(readSettings(kept)).toEqual(FIRST),
);

test("what is understood is taken, though something beside it is not", () => {
  expect(readSettings('{"units":"nautical","zone":"mars","labels":false}')).toEqual({
    ...FIRST,
    units: "nautical",
    labels: false,
  });
});

test("a change is published and stored", () => {
  let changes = 0;
  const stop = settings.subscribe(() => changes++);
  settings.change({ zone: "utc" });
  stop();
  expect(changes).toBe(1);
  expect(readSettings(localStorage.getItem("herenow.settings")).zone).toBe("utc");
  settings.change({ zone: "local" });
  expect(changes).toBe(1);
});
