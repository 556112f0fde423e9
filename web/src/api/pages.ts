/** The pages of a list, one after the other, until one has no `next`. */
export async function* pages<Page extends { readonly next: string | null }>(
  fetchPage: (cursor: string | null) => Promise<Page>,
): AsyncGenerator<Page, void> {
  let cursor: string | null = null;
  do {
    const page: Page = await fetchPage(cursor);
    yield page;
    cursor = page.next;
  } while (cursor !== null);
}
