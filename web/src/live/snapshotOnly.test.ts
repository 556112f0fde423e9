import { expect, test } from "vitest";
import type { Message } from "./message";
import { snapshotOnly } from "./snapshotOnly";

test("the devices of each view and the first statistics pass, and nothing moves them", () => {
  const taken: string[] = [];
  const take = snapshotOnly(({ type }) => taken.push(type));
  for (const type of ["snapshot", "stats", "update", "stats", "snapshot", "update"]) take({ type } as Message);
  expect(taken).toEqual(["snapshot", "stats", "snapshot"]);
});
