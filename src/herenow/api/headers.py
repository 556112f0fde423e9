"""Headers of requests, and those of every answer, as ASGI has them: pairs of bytes, names in lower case."""

from typing import cast

from starlette.types import Scope

NO_CACHE = (b"cache-control", b"no-cache")  # where an answer says nothing else


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first of that name. Starlette's `Headers` decode every name for it."""
    for key, value in scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None


def of_every_answer(policy: str) -> list[tuple[str, str]]:
    """What a server puts before the headers of each answer, also of those that no route gives."""
    return [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("content-security-policy", policy),
    ]
