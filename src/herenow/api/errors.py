"""Every error as Problem Details (RFC 9457)."""

import errno
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from herenow.errors import BadRequest, Forbidden, HerenowError, NotFound, TooLarge, Unavailable
from herenow.wire.problem import MEDIA_TYPE, encode_problem

# What is left of a body that is too large or too slow is not waited for.
_HEADERS = {503: {"Retry-After": "2"}, 408: {"Connection": "close"}, 413: {"Connection": "close"}}

log = structlog.get_logger()

_STATUS: tuple[tuple[type[HerenowError], int], ...] = (
    (TooLarge, 413),
    (BadRequest, 400),
    (Forbidden, 403),
    (NotFound, 404),
    (Unavailable, 503),
)


def problem(status: int, detail: str, **more: object) -> Response:
    """A Problem Details response; `more` are its extension members."""
    return Response(encode_problem(status, detail, **more), status, _HEADERS.get(status), MEDIA_TYPE)


def add_problems(app: FastAPI, routes: Iterable[APIRoute]) -> None:
    """Maps every error that a route may raise. `routes` are all there are."""
    app.state.routes = list(routes)
    app.add_exception_handler(HerenowError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(OSError, _of_system)
    app.add_exception_handler(ClientDisconnect, _of_leaving)
    app.add_exception_handler(Exception, _of_bug)


def problem_of(error: HerenowError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return problem(status, str(error))


async def _of_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, HerenowError)  # noqa: S101 - registered for this class alone
    return problem_of(error)


async def _of_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    wrong = [_wrong(found) for found in error.errors()]
    return problem(422, "; ".join(f"{one['field']}: {one['reason']}" for one in wrong), errors=wrong)


def _wrong(found: dict[str, Any]) -> dict[str, str]:
    field = ".".join(str(part) for part in found["loc"][1:])
    return {"field": field, "reason": f"{found['msg']}, got {str(found.get('input'))[:80]!r}"}


def _allowed(request: Request) -> list[str]:
    """The methods of all routes of a path; the one that refused it knows its own alone. A path that several patterns
    take belongs to the first of them."""
    routes = [one for one in request.app.state.routes if one.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes if route.path == routes[0].path for method in route.methods or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


async def _of_system(_: Request, error: Exception) -> Response:
    """No file descriptor is free for a moment."""
    if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
        raise error
    log.error("no file descriptor is free", reason=error.strerror)
    return problem(503, "too much is open at this moment; try again later")


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    detail = (
        error.detail if error.detail != HTTPStatus(error.status_code).phrase else "see /openapi.json for what there is"
    )
    answer = problem(error.status_code, f"{request.method} {request.url.path}: {detail}")
    answer.headers.update(error.headers or {})
    if error.status_code == 405 and (allowed := _allowed(request)):
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


async def _of_leaving(_: Request, __: Exception) -> Response:
    return problem(400, "the client left before its request was whole")  # nobody reads it, and nothing is wrong here


async def _of_bug(request: Request, error: Exception) -> Response:
    return problem_of_bug(request.url.path, error)


def problem_of_bug(path: str, error: Exception) -> Response:
    """Also logs it."""
    log.error("a request failed in a way nobody expected", path=path, exc_info=error)
    return problem(500, "the server made a mistake; it is in its log")
