"""Headers of requests, and those of every answer, as ASGI has them: pairs of bytes, names in lower case."""

from typing import cast

from starlette.types import Scope

ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]  # of answers of no route, too
NO_CACHE = (b"cache-control", b"no-cache")  # where an answer says nothing else


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first of that name. Starlette's `Headers` decode every name for it."""
    for key, value in scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None
