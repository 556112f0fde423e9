import { describe, expect, test } from "vitest";
import { readHash, writeHash } from "./viewHash";

describe("the address", () => {
  test("holds the view of the map, and is read back", () => {
    const view = { zoom: 10.75, latitude: 60.1712, longitude: -24.9401 };
    expect(writeHash(view)).toBe("#10.75/60.1712/-24.9401");
    expect(readHash(writeHash(view))).toEqual(view);
  });

  test("has no more decimals than a pixel is worth", () => {
    expect(writeHash({ zoom: 2, latitude: 60.171_234, longitude: 24.940_123 })).toBe("#2/60.2/24.9");
  });

  test("may carry more behind a question mark", () => {
    expect(readHash("#4/50/15?sel=bus")).toEqual({ zoom: 4, latitude: 50, longitude: 15 });
  });

  test.each(["", "#", "#1/2", "#a/b/c", "#4/91/0", "#4/0/181", "#99/0/0", "#4//5", "#section"])(
    "that says %s is not a place",
    (hash) => {
      expect(readHash(hash)).toBeNull();
    },
  );
});
