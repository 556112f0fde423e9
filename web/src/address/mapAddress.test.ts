import { expect, test } from "vitest";
import { NO_FILTER } from "../fleet/deviceFilter";
import { type MapAddress, readMapAddress, writeMapAddress } from "./mapAddress";

const NOTHING: MapAddress = { selected: [], isolated: null, filter: NO_FILTER, off: [], closed: [], tab: null };

test("an address is read back, whatever characters the names hold", () => {
  const address: MapAddress = {
    selected: ["bus-1", "a,b", "50%", "ş/?&=#"],
    isolated: ["bus-1"],
    filter: { search: "line 4", statuses: ["moving", "stale"], kinds: ["bus", "van"], inView: true },
    off: ["history", "track"],
    closed: ["right"],
    tab: "overview",
  };
  expect(readMapAddress(writeMapAddress("#12/60.1/24.9?mode=replay", address))).toEqual(address);
});

test("default values are left out, and parameters of others stay", () => {
  expect(writeMapAddress("#12/60.1/24.9?mode=replay&sel=a&off=live", NOTHING)).toBe("#12/60.1/24.9?mode=replay");
});

test("what is not understood is left out, and the rest is read", () => {
  const hash = "#x?sel=%25E0%25A4%25A,bus-1,,bus-1&status=flying,idle&off=labels,sun,live&closed=up&tab=x&inview=yes";
  expect(readMapAddress(hash)).toEqual({
    ...NOTHING,
    selected: ["bus-1"],
    filter: { ...NO_FILTER, statuses: ["idle"] },
    off: ["live"],
  });
});

test("an address has a limit", () => {
  const selected = Array.from({ length: 600 }, (_, n) => `bus-${n}`);
  expect(readMapAddress(writeMapAddress("#", { ...NOTHING, selected })).selected).toHaveLength(500);
});
