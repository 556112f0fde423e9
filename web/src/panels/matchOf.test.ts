import { expect, test } from "vitest";
import { matchOf } from "./matchOf";

test.each([
  ["Bus 2007", "BUS", [0, 3]],
  ["Bus 2007", " 20 ", [4, 6]],
  ["Bus 2007", "tram", null],
  ["Bus 2007", "", null],
  ["İzmir 4", "4", null],
])("of %s, %j is at %j", (text, search, place) => expect(matchOf(text, search)).toEqual(place));
