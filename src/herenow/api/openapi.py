"""The OpenAPI document: what FastAPI knows of questions, and what `answers` says of answers."""

from typing import Any

import msgspec
from fastapi import FastAPI, Response

from herenow.api.schemas.live import ANSWERS
from herenow.wire import json

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.1"

_REFERENCE = "#/components/schemas/{name}"
_PROBLEM: dict[str, Any] = {
    "description": "Problem Details (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "what was expected, and what came"},
                },
            }
        }
    },
}


def describe(app: FastAPI) -> None:
    """Has the app's document tell answers as well, and serves it at /openapi.json."""
    asked = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_answers(asked())
        return app.openapi_schema

    async def openapi() -> Response:
        return Response(json.encode(app.openapi()), media_type=MEDIA_TYPE)

    app.openapi = whole  # type: ignore[method-assign] # the way that FastAPI documents
    app.add_api_route("/openapi.json", openapi, include_in_schema=False)


def _with_answers(document: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for one in ANSWERS.values() for kind in one]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    each = iter(schemas)
    told = {place: [next(each) for _ in one] for place, one in ANSWERS.items()}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            answers.pop("422", None)  # FastAPI's own form, which Herenow does not use
            answers["default"] = _PROBLEM
            if one := told.get((method, path)):
                good = next(status for status in answers if status.startswith("2"))
                schema = one[0] if len(one) == 1 else {"oneOf": one}
                answers[good]["content"] = {"application/json": {"schema": schema}}
    document["components"] = {"schemas": dict(sorted(components.items()))}
    return document
