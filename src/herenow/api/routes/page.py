"""The web client, and what it receives before it draws."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI, Response
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from herenow import __version__
from herenow.api.context import WithContext
from herenow.api.errors import problem
from herenow.api.json_route import GeoJsonResponse, JsonRoute
from herenow.api.schemas.map_config import Config, Credit, Start, basemaps
from herenow.api.static_files import StaticFiles
from herenow.errors import NotFound

WEB = Path(__file__).parents[2] / "web"
_NOT_BUILT = "The web client is not built: `scripts/setup run` builds it. What the API can do is at /openapi.json.\n"

router = APIRouter(tags=["web"], route_class=JsonRoute)


@router.get("/api/config")
async def config(context: WithContext) -> Config:
    """What a map should know before it draws."""
    scene = context.map_config
    return Config(
        version=__version__,
        attributions=msgspec.convert(scene.attributions, list[Credit]),
        notices=scene.notices,
        start=Start(scene.start) if scene.start else None,
        streets="api/streets" if scene.streets else None,
        basemaps=basemaps(scene.basemaps),
    )


@router.get("/api/streets", response_class=GeoJsonResponse)
async def streets(context: WithContext) -> Annotated[GeoJsonResponse, dict[str, Any]]:
    """The streets of the synthetic city that the simulated fleet of the demo drives in."""
    if context.map_config.streets is None:
        raise NotFound("there is no synthetic city; it comes with `herenow run --demo`")
    return GeoJsonResponse(context.map_config.streets)


def add_web(app: FastAPI) -> None:
    """Serves the built client for whatever no route takes, or says how to build it. A socket that no route takes gets
    the 404 of any other path; Starlette would refuse it with 403."""
    nothing_here = app.router.default

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            answer = problem(404, f"{scope['path']}: there is no socket; see docs/protocol.md for what there is")
            await WebSocket(scope, receive, send).send_denial_response(answer)
        else:
            await nothing_here(scope, receive, send)

    app.router.default = nothing
    if not (WEB / "index.html").is_file():
        app.add_api_route("/", _not_built, include_in_schema=False)
        return
    files = StaticFiles(directory=WEB, html=True)

    async def docs(request: Request) -> Response:
        if _ends_with_slash(request.scope):
            return RedirectResponse("../docs")  # what the page loads is relative to it
        return await files.get_response("docs.html", request.scope)

    app.add_api_route("/docs", docs, include_in_schema=False)

    async def file_or_nothing(scope: Scope, receive: Receive, send: Send) -> None:
        api = scope["path"].startswith("/api/") or _ends_with_slash(scope)
        await (files if scope["type"] == "http" and not api else nothing)(scope, receive, send)

    app.router.default = file_or_nothing


def _ends_with_slash(scope: Scope) -> bool:
    raw: bytes = scope["raw_path"]
    return raw != b"/" and raw.endswith(b"/")


async def _not_built() -> Response:
    return Response(_NOT_BUILT, 503, media_type="text/plain")
