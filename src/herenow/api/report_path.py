"""Reports take no way through the router: finding the route and its parameters takes longer than the report itself."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from herenow.api.context import AppContext
from herenow.api.errors import problem_of
from herenow.api.routes.positions import PATH, report_positions
from herenow.api.security import SMALLEST_GZIP, Compressed
from herenow.errors import HerenowError


class ReportPath:
    """Middleware. Answers what the route of the same path would, with the same function."""

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            answer = await report_positions(Request(scope, receive), self._context)
        except HerenowError as error:
            answer = problem_of(error)
        except ClientDisconnect:
            return
        small = len(answer.body) < SMALLEST_GZIP
        await (answer if small else Compressed(answer))(scope, receive, send)
