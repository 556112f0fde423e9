import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { searchKey } from "./searchKey";

const GOLDEN = resolve(import.meta.dirname, "../../../tests/golden/search-keys.json");
const KEYS = JSON.parse(readFileSync(GOLDEN, "utf8")) as [text: string, key: string][];

test.each(KEYS)("“%s” is searched as “%s”, as on the server", (text, key) => expect(searchKey(text)).toBe(key));
