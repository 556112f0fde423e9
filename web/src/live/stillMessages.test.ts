import { expect, test } from "vitest";
import type { Message } from "./message";
import { stillMessages } from "./stillMessages";

test("the devices of each view and the first statistics pass, and nothing moves them", () => {
  const taken: string[] = [];
  const take = stillMessages(({ type }) => taken.push(type));
  for (const type of ["snapshot", "stats", "update", "stats", "snapshot", "update"]) take({ type } as Message);
  expect(taken).toEqual(["snapshot", "stats", "snapshot"]);
});
