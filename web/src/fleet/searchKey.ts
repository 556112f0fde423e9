/** A text as it is searched: as the server has it (model/search_key.py), and tests/golden/search-keys.json says. */
export function searchKey(text: string): string {
  // There is no case folding here: ẞ needs the first step to become ß, and ß the second to become ss.
  const folded = text.normalize("NFKD").toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
  const decomposed = folded.normalize("NFKD").replaceAll("ı", "i");
  return decomposed.replace(/i\u0307+/g, "i").normalize("NFKC");
}
