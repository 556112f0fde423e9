import { searchKey } from "../fleet/searchKey";

// A character with the marks on it, which are compared together.
const CHARACTER = /[^\p{M}]\p{M}*|\p{M}+/gu;
// Its key is as long as the text, character by character.
const ASCII = /^[\0-\x7f]*$/;

/** Where the text has what is searched for, in whole characters; null where it has it not. */
export function searchMatch(text: string, search: string): readonly [start: number, end: number] | null {
  const wanted = searchKey(search.trim());
  if (wanted === "") return null;
  if (ASCII.test(text)) {
    const at = text.toLowerCase().indexOf(wanted);
    return at < 0 ? null : [at, at + wanted.length];
  }
  let key = "";
  // Which character each unit of the key is from: ß has two of them.
  const from: { start: number; end: number }[] = [];
  for (const { 0: character, index } of text.matchAll(CHARACTER)) {
    const part = searchKey(character);
    key += part;
    for (let unit = 0; unit < part.length; unit += 1) from.push({ start: index, end: index + character.length });
  }
  const at = key.indexOf(wanted);
  const [first, last] = [from[at], from[at + wanted.length - 1]];
  return first && last ? [first.start, last.end] : null;
}
