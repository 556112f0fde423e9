/** How many names an address holds at most. */
export const MOST_NAMES = 500;

/** The parameters of the address after the place, as in `#z/lat/lon?name=value`. Times stay readable. */
export function readParameters(hash: string): ReadonlyMap<string, string> {
  const [, query = ""] = split(hash);
  return new Map(new URLSearchParams(query));
}

/** The same address with other parameters, those of other names as they were; null takes one away. */
export function withParameters(hash: string, changes: Readonly<Record<string, string | null>>): string {
  const [place] = split(hash);
  const parameters = new Map(readParameters(hash));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = [...parameters].map((pair) => pair.map(encoded).join("=")).join("&");
  return `#${place}${query && `?${query}`}`;
}

/** Another place, as `#z/lat/lon`, with the same parameters. */
export function withPlace(hash: string, place: string): string {
  const [, query] = split(hash);
  return place + (query && `?${query}`);
}

/** Commas part the names, so those in them are written otherwise. Null where there are none. */
export function writeNames(names: readonly string[]): string | null {
  const text = names.slice(0, MOST_NAMES).map((name) => name.replace(/[%,]/g, encodeURIComponent));
  return text.join(",") || null;
}

export function readNames(text: string): string[] {
  const names = text.split(",").slice(0, MOST_NAMES).map(decoded);
  return [...new Set(names)].filter((name) => name !== "");
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return ""; // it is no name
  }
}

function split(hash: string): [place: string, query: string] {
  const text = hash.replace(/^#/, "");
  const mark = text.indexOf("?");
  return mark < 0 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}
