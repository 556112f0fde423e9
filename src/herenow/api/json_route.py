"""Routes that return types, and what the OpenAPI document learns from their declarations."""

import functools
import types
import typing
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Response
from fastapi.routing import APIRoute

from herenow.wire import json

JSON = "application/json"


class GeoJsonResponse(Response):
    media_type = "application/geo+json"


def json_response(body: object, status: int = 200) -> Response:
    return Response(json.encode(body), status, media_type=JSON)


class JsonRoute(APIRoute):
    """Its function declares what it returns: a struct, which goes out as JSON, or a Response. A body that is encoded
    elsewhere is declared as `Annotated[Response, TYPE]`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        encoded = _encoded(endpoint, options.get("status_code") or 200)
        super().__init__(path, encoded, **options | {"response_model": None})  # FastAPI's own is pydantic's


def _encoded(endpoint: Callable[..., Awaitable[Any]], status: int) -> Callable[..., Awaitable[Response]]:
    @functools.wraps(endpoint)
    async def encoded(*arguments: Any, **named: Any) -> Response:
        answer = await endpoint(*arguments, **named)
        return answer if isinstance(answer, Response) else json_response(answer, status)

    return encoded


def answer_types(route: APIRoute) -> tuple[Any, ...]:
    """The types of its JSON; none for a Response that declares none."""
    declared = typing.get_type_hints(route.endpoint, include_extras=True)["return"]
    return tuple(kind for one in _alternatives(declared) for kind in _types(one))


def _alternatives(declared: Any) -> tuple[Any, ...]:
    return typing.get_args(declared) if typing.get_origin(declared) in (typing.Union, types.UnionType) else (declared,)


def _types(declared: Any) -> tuple[Any, ...]:
    if typing.get_origin(declared) is Annotated:
        return tuple(declared.__metadata__)
    return () if isinstance(declared, type) and issubclass(declared, Response) else (declared,)
