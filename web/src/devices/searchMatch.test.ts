import { expect, test } from "vitest";
import { searchMatch } from "./searchMatch";

test.each([
  ["Bus 2007", "BUS", [0, 3]],
  ["Bus 2007", " 20 ", [4, 6]],
  ["Bus 2007", "tram", null],
  ["Bus 2007", "", null],
  ["İzmir 4", "4", [6, 7]],
  ["İstanbul", "istanbul", [0, 8]],
  ["ISPARTA", "ısparta", [0, 7]],
  ["Straße 7", "strasse", [0, 6]],
  ["Straße 7", "se 7", [4, 8]],
  ["ΟΔΟΣ", "οδος", [0, 4]],
  ["Cafe\u0301 5", "café", [0, 5]],
  ["🚌 Bus", "BUS", [3, 6]],
])("of %s, %j is at %j", (text, search, place) => expect(searchMatch(text, search)).toEqual(place));
