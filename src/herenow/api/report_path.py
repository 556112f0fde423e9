"""Reports take no way through the router: finding the route and its parameters takes longer than the report itself."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from herenow.api.context import AppContext
from herenow.api.errors import problem_of
from herenow.api.routes.sources import take_reports
from herenow.api.security import SMALLEST_GZIP, Compressed
from herenow.errors import HerenowError
from herenow.sources.registry import HTTP


class ReportPath:
    """Middleware. Answers for each source what the route of its path would, with the same function."""

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self._app = app
        self._context = context
        self._sources = {source.path: source for source in HTTP}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = self._sources.get(scope["path"]) if scope.get("method") == "POST" else None
        if source is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await take_reports(source, Request(scope, receive), self._context)
        except HerenowError as error:
            answer = problem_of(error)
        except ClientDisconnect:
            return
        small = len(answer.body) < SMALLEST_GZIP
        await (answer if small else Compressed(answer))(scope, receive, send)
