const SCRIPT = /<script\b[^>]*\bsrc="(?:[^"]*\/)?([^"/]+)"/;

/** The name of the script that a page of ours begins with, which is another for each build; null when it is no such page. */
export function buildScript(html: string): string | null {
  return SCRIPT.exec(html)?.[1] ?? null;
}
