"""Reports take no way through the application: its layers and its router take longer than the report itself."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from herenow.api.context import AppContext
from herenow.api.errors import problem_of, problem_of_bug
from herenow.api.routes.sources import take_reports
from herenow.api.security import SMALLEST_GZIP, Compressed
from herenow.errors import HerenowError
from herenow.sources.registry import HTTP


class ReportPath:
    """Around the application. Answers for each source what the route of its path would, with the same function."""

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self._app = app
        self._context = context
        self._sources = {source.path.encode(): source for source in HTTP}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = self._sources.get(scope["raw_path"]) if scope.get("method") == "POST" else None
        if source is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await take_reports(source, scope, receive, self._context)
        except HerenowError as error:
            answer = problem_of(error)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the edge of the request, as that of the application
            answer = problem_of_bug(scope["path"], error)
        small = len(answer.body) < SMALLEST_GZIP
        await (answer if small else Compressed(answer))(scope, receive, send)
