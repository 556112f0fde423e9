"""Numbers as text, whatever brought them."""


def read_number(text: str) -> float:
    """A decimal number. Raises ValueError for what only Python calls one: digits of other scripts, and 6_0."""
    if "_" in text or not text.isascii():
        raise ValueError(f"expected a number, got {text[:40]!r}")
    return float(text)
