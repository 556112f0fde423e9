import { expect, test } from "vitest";
import { readParameters, withParameters, withPlace } from "./hashParameters";

test("parameters are added, changed and taken away, and the place and the others stay", () => {
  const written = withParameters("#4/50/15?sel=bus%207", { t: "2026-11-27T00:00:00Z", mode: "replay" });
  expect(written).toBe("#4/50/15?sel=bus%207&t=2026-11-27T00:00:00Z&mode=replay");
  expect(Object.fromEntries(readParameters(written))).toEqual({
    sel: "bus 7",
    t: "2026-11-27T00:00:00Z",
    mode: "replay",
  });
  expect(withParameters(written, { t: null, mode: null })).toBe("#4/50/15?sel=bus%207");
  expect(withPlace(written, "#9/1/2")).toBe("#9/1/2?sel=bus%207&t=2026-11-27T00:00:00Z&mode=replay");
});

test("an address without parameters has none, and gets no question mark", () => {
  expect(readParameters("#4/50/15").size).toBe(0);
  expect(withParameters("#4/50/15", { mode: null })).toBe("#4/50/15");
  expect(withPlace("", "#9/1/2")).toBe("#9/1/2");
});
