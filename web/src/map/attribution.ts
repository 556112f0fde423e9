export interface Credit {
  readonly text: string;
  readonly url?: string | null;
}

/** A credit as the map shows it. The map takes HTML, the server says text. */
export function creditHtml({ text, url }: Credit): string {
  if (!url || !/^https?:\/\//.test(url)) return escaped(text);
  return `<a href="${escaped(url)}" target="_blank" rel="noopener noreferrer">${escaped(text)}</a>`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };
  return text.replace(/[&<>"']/g, (character) => `&${names[character] ?? ""};`);
}
