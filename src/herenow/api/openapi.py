"""The OpenAPI document: what FastAPI knows of requests, and what routes declare that they return."""

from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.routing import APIRoute

from herenow.api.json_route import answer_types
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


def describe(app: FastAPI, routes: Iterable[APIRoute]) -> None:
    """Has the app's document describe responses as well, and serves it at /openapi.json. `routes` are all there are."""
    answers = answers_of(routes)
    requests = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_answers(requests(), answers)
        return app.openapi_schema

    async def openapi() -> Response:
        return Response(json.encode(app.openapi()), media_type=MEDIA_TYPE)

    app.openapi = whole  # type: ignore[method-assign] # the way that FastAPI documents
    app.add_api_route("/openapi.json", openapi, include_in_schema=False)


Answers = dict[tuple[str, str], tuple[Any, ...]]  # by method and path, as the document has them


def answers_of(routes: Iterable[APIRoute]) -> Answers:
    """The types that routes declare; a response is one of them."""
    return {
        (method.lower(), route.path_format): types
        for route in routes
        if (types := answer_types(route))
        for method in route.methods or ()
    }


def _with_answers(document: dict[str, Any], declared: Answers) -> dict[str, Any]:
    kinds = [kind for one in declared.values() for kind in one]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    each = iter(schemas)
    described = {place: [next(each) for _ in one] for place, one in declared.items()}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            answers.pop("422", None)  # FastAPI's own form, which Herenow does not use
            answers["default"] = _PROBLEM
            if one := described.get((method, path)):
                content = next(answers[status]["content"] for status in answers if status.startswith("2"))
                for media_type in content:  # the one of the route's class of responses
                    content[media_type] = {"schema": one[0] if len(one) == 1 else {"oneOf": one}}
    document["components"] = {"schemas": dict(sorted(components.items()))}
    return document
