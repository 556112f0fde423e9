"""Pages of a list."""

from hypothesis import given
from hypothesis import strategies as some

from herenow.api.cursor import device_place, next_cursor


@given(some.sets(some.text(min_size=1, max_size=4), min_size=1, max_size=30), some.integers(1, 12))
def test_pages_hold_each_item_once_and_the_last_page_names_no_other(items: set[str], limit: int) -> None:
    cursor: str | None = None
    pages: list[list[str]] = []
    while not pages or cursor:
        behind = device_place(cursor)
        rest = sorted(item for item in items if item > behind)
        pages.append(rest[:limit])
        cursor = next_cursor(rest, limit, str)
    assert [item for page in pages for item in page] == sorted(items)
    assert all(pages)
