"""The web client, and what it is told before it draws."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from herenow import __version__
from herenow.api.devices import answer
from herenow.api.parts import WithParts
from herenow.errors import NotFound

WEB = Path(__file__).parent.parent / "web"
_NOT_BUILT = "The web client is not built: run `make build`, then load this page again. The API is at /openapi.json.\n"

router = APIRouter(tags=["web"])

_SECURITY = [
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"worker-src 'self' blob:; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


class Headers:
    """Says to browsers what they may load, and for how long they may keep it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Files under assets/ carry a digest of their content in their name.
        cache = b"public, max-age=31536000, immutable" if scope["path"].startswith("/assets/") else b"no-cache"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_SECURITY, (b"cache-control", cache)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


@router.get("/api/config")
async def config(parts: WithParts) -> Response:
    """What a map should know before it draws."""
    scene = parts.scene
    return answer(
        {
            "version": __version__,
            "attributions": scene.attributions,
            "notices": scene.notices,
            "start": {"bbox": scene.start} if scene.start else None,
            "streets": "api/streets" if scene.streets else None,
        }
    )


@router.get("/api/streets")
async def streets(parts: WithParts) -> Response:
    """The streets of the synthetic city that the simulated fleet of the demo drives in."""
    if parts.scene.streets is None:
        raise NotFound("there is no synthetic city; it comes with `herenow run --demo`")
    return Response(parts.scene.streets, media_type="application/geo+json")


def add_web(app: FastAPI) -> None:
    """Serves the built client at /, or says how to build it."""
    if (WEB / "index.html").is_file():

        @app.get("/docs", include_in_schema=False)
        async def docs() -> Response:
            return FileResponse(WEB / "docs.html")

        app.mount("/", StaticFiles(directory=WEB, html=True))
        return

    @app.get("/", include_in_schema=False)
    async def not_built(_: Request) -> Response:
        return Response(_NOT_BUILT, 503, media_type="text/plain")
