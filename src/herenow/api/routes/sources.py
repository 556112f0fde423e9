"""Where devices post reports: one route for each source of the registry."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope

from herenow.api.body import UnknownEncoding
from herenow.api.context import AppContext, WithContext
from herenow.api.errors import problem
from herenow.sources.port import HttpSource
from herenow.sources.registry import HTTP

router = APIRouter()


async def take_reports(source: HttpSource, scope: Scope, receive: Receive, context: AppContext) -> Response:
    try:
        body = await context.bodies.read(scope, receive, source.max_body)
    except UnknownEncoding as error:
        return problem(415, str(error))
    reports, rejected = await source.decode(body)
    reply = source.reply(await context.intake.take_numbered(reports, rejected, source.name))
    return Response(reply.body, reply.status, media_type=reply.media_type)


def endpoint_of(source: HttpSource) -> Callable[[Request, AppContext], Awaitable[Response]]:
    # Requests take the shorter way of `ReportPath`; this one is for the document and for the answer to other methods.
    async def report(request: Request, context: WithContext) -> Response:
        return await take_reports(source, request.scope, request.receive, context)

    report.__annotations__["return"] = Annotated[Response, source.answer]  # for the OpenAPI document
    return report


for each in HTTP:
    router.add_api_route(
        each.path,
        endpoint_of(each),
        name=each.operation,
        description=each.__doc__,
        methods=["POST"],
        tags=[each.tag],
        openapi_extra={"requestBody": {"required": True, "content": dict(each.content)}},
        response_model=None,
    )
