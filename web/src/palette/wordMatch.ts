import { searchKey } from "../fleet/searchKey";

/** Without marks as well, so that `cizgi` finds `Çizgi`. */
function folded(text: string): string {
  return searchKey(text).normalize("NFD").replace(/\p{M}/gu, "");
}

/** Whether each typed word begins a word of the text. */
export function matchesWords(typed: string, text: string): boolean {
  const words = folded(text).split(/[^\p{L}\p{N}]+/u);
  return folded(typed)
    .split(/\s+/)
    .filter((part) => part !== "")
    .every((part) => words.some((word) => word.startsWith(part)));
}
