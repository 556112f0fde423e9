/** Where the text has what is searched for, in any case of its letters; null where it has it not. */
export function matchOf(text: string, search: string): readonly [start: number, end: number] | null {
  const wanted = search.trim().toLowerCase();
  const lowered = text.toLowerCase();
  // Letters that get longer in lower case would move the places.
  if (wanted === "" || lowered.length !== text.length) return null;
  const start = lowered.indexOf(wanted);
  return start < 0 ? null : [start, start + wanted.length];
}
