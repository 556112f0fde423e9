"""Origins as browsers name them: `https://maps.example.org`, `http://localhost:5173`."""

import re

NONE = "none"
_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_MEANT = {("http", ":80"), ("https", ":443")}  # ports that browsers leave out


def read_origins(text: str) -> list[str]:
    """The origins in a text, separated by commas; `none` is none. Raises ValueError."""
    return [] if text.strip() == NONE else [_origin(part.strip()) for part in text.split(",")]


def _origin(text: str) -> str:
    found = _ORIGIN.fullmatch(text.lower())
    if not found:
        raise ValueError(f"expected origins like https://maps.example.org, without a path, or none; {text!r} is none")
    scheme, host, port = found.groups(default="")
    return f"{scheme}://{host}{'' if (scheme, port) in _MEANT else port}"
