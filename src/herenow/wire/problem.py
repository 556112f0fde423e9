"""Problem Details (RFC 9457)."""

from http import HTTPStatus

from herenow.wire.json import encode

MEDIA_TYPE = "application/problem+json"


def encode_problem(status: int, detail: str, **more: object) -> bytes:
    """`more` are its extension members."""
    return encode(
        {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    )
