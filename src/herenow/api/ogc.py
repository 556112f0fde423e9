"""What OGC API requires of every response: links, and 400 for an unknown or wrong parameter."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError

from herenow.api.json_route import JSON, GeoJsonResponse, JsonRoute
from herenow.api.paths import encoded
from herenow.api.public_url import public_url
from herenow.api.schemas.ogc import Link
from herenow.errors import BadRequest

ROOT = "/ogc"  # beside /api: the paths below it are the standard's, not ours
GEOJSON = GeoJsonResponse.media_type


class StandardRoute(JsonRoute):
    """Responds 400 to an unknown query parameter and to a wrong value."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        names = [field.alias for field in self.dependant.query_params]

        async def handle_known(request: Request) -> Response:
            if unknown := request.query_params.keys() - set(names):
                known = ", ".join(names) or "none here"
                raise BadRequest(f"expected query parameters among: {known}; got {min(unknown)[:40]!r}")
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise BadRequest("; ".join(map(_wrong, error.errors()))) from error

        return handle_known


def _wrong(found: dict[str, Any]) -> str:
    return f"{found['loc'][-1]}: {found['msg']}, got {str(found.get('input'))[:80]!r}"


class Links:
    """Absolute, as clients like GDAL need them; under the address of the request."""

    def __init__(self, request: Request) -> None:
        self._base = public_url(request)
        self._request_url = self._base + request.scope["raw_path"].decode("ascii")
        self._query = request.query_params.multi_items()

    def to(self, rel: str, *segments: str, kind: str = JSON) -> Link:
        path = "".join(f"/{encoded(segment)}" for segment in segments)
        return Link(rel, self._base + ROOT + path, kind)

    def related(self, rel: str, path: str, kind: str) -> Link:
        """To what is not under ROOT."""
        return Link(rel, f"{self._base}/{path}", kind)

    def page(self, following: str | None, kind: str = JSON) -> list[Link]:
        """To the response itself, and to the next page if there is one."""
        links = [self._same("self", self._query, kind)]
        if following is not None:
            query = [(name, value) for name, value in self._query if name != "cursor"]
            links.append(self._same("next", [*query, ("cursor", following)], kind))
        return links

    def _same(self, rel: str, query: list[tuple[str, str]], kind: str) -> Link:
        return Link(rel, self._request_url + (f"?{urlencode(query)}" if query else ""), kind)


WithLinks = Annotated[Links, Depends(Links)]
