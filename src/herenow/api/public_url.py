"""The address under which a client reaches this server, also through proxies."""

import re

from fastapi import Request

from herenow.errors import BadRequest

_EXPECTED = {
    "x-forwarded-proto": (re.compile("https?"), "http or https"),
    "x-forwarded-host": (re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?"), "a host like example.org:8443"),
    "x-forwarded-prefix": (re.compile(r"(/[\w.~!$&'()*+,;=:@%-]+)*/?", re.ASCII), "a path like /maps/herenow"),
}


def public_url(request: Request) -> str:
    """Scheme, host and path before ours, without a slash at the end. X-Forwarded-Proto, -Host and -Prefix count as the
    proxy nearest to the client set them; without them the request's own scheme and Host. Raises BadRequest where one of
    them cannot be part of a URL."""
    scheme = _forwarded(request, "x-forwarded-proto") or request.scope["scheme"]
    host = _forwarded(request, "x-forwarded-host") or request.url.netloc
    return f"{scheme}://{host}{_forwarded(request, 'x-forwarded-prefix').rstrip('/')}"


def _forwarded(request: Request, header: str) -> str:
    value = request.headers.get(header, "").partition(",")[0].strip()
    pattern, expected = _EXPECTED[header]
    if value and not pattern.fullmatch(value):
        raise BadRequest(f"{header}: expected {expected}, got {value[:80]!r}")
    return value
