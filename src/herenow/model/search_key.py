"""Texts as they are searched and put in order."""

import re
from unicodedata import normalize

_DOTTED = re.compile("i\u0307+")


def search_key(text: str) -> str:
    """Equal for texts that differ in case or in the way their characters are composed, as Unicode defines both
    (NFKC_Casefold); I, İ, ı and i are one letter, for Turkish and English do not agree which of them are a pair."""
    if text.isascii():
        return text.lower()
    folded = normalize("NFKD", normalize("NFKD", normalize("NFD", text).casefold()).casefold())
    return normalize("NFKC", _DOTTED.sub("i", folded.replace("ı", "i")))
