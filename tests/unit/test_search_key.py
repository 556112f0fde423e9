"""Search finds a text however its letters are written."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.search_key import search_key

KEYS = json.loads((Path(__file__).parent.parent / "golden" / "search-keys.json").read_text())


@pytest.mark.parametrize(("text", "key"), KEYS)
def test_the_key_is_that_of_the_page(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text())
def test_a_text_and_what_is_typed_for_it_have_one_key(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert search_key(unicodedata.normalize(form, text)) == key
    assert search_key(text.casefold()) == key
