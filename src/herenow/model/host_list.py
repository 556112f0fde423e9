"""URLs of several hosts, parted by commas: urllib refuses them where one that is not the first is in brackets."""

import re
from urllib.parse import SplitResult

# RFC 3986, appendix B, for URLs that name a place.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)


def split_url(url: str) -> SplitResult | None:
    """None for what is none. Hosts and ports are for the caller to tell apart; nothing is decoded."""
    found = _URL.fullmatch(url)
    if not found:
        return None
    scheme, place, path, query, fragment = found.groups(default="")
    return SplitResult(scheme.lower(), place, path, query, fragment)
