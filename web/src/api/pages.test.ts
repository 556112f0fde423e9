import { expect, test, vi } from "vitest";
import { pages } from "./pages";

const NEXT = new Map([
  [null, "b"],
  ["b", "c"],
]);
const fetchPage = vi.fn(async (cursor: string | null) => ({ cursor, next: NEXT.get(cursor) ?? null }));

test("pages follow each other by cursor until one has no next", async () => {
  const seen: (string | null)[] = [];
  for await (const page of pages(fetchPage)) seen.push(page.cursor);
  expect(seen).toEqual([null, "b", "c"]);
});

test("a reader that leaves early requests no further page", async () => {
  fetchPage.mockClear();
  for await (const _ of pages(fetchPage)) break;
  expect(fetchPage).toHaveBeenCalledOnce();
});
