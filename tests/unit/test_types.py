"""The web client's types are those that the server describes."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import FastAPI, Response
from starlette.responses import FileResponse

from herenow.api.app import described
from herenow.api.json_route import JsonRoute, answer_types

ROOT = Path(__file__).parent.parent.parent


def test_the_committed_types_are_those_of_the_openapi_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.ts"
    subprocess.run([ROOT / "scripts" / "types", made], check=True)
    same = made.read_text() == (ROOT / "web" / "src" / "api" / "schema.ts").read_text()
    assert same, "the server describes something else than web/src/api/schema.ts has: run scripts/types, and commit it"


def test_every_json_answer_under_api_is_described() -> None:
    document = described().openapi()
    bare = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        if path.startswith("/api/")
        for method, operation in methods.items()
        for answer in operation["responses"].values()
        if answer.get("content", {}).get("application/json", None) == {"schema": {}}
    ]
    assert bare == []


class Page(msgspec.Struct):
    count: int


class Line(msgspec.Struct):
    points: list[int]


def route(endpoint: Callable[..., Any]) -> JsonRoute:
    return JsonRoute("/api/things", endpoint)


async def test_a_route_goes_out_as_what_it_returns() -> None:
    async def things() -> Page:
        return Page(2)

    app = FastAPI()
    app.routes.append(JsonRoute("/api/things", things, status_code=202))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/api/things")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        202,
        "application/json",
        {"count": 2},
    )


def test_a_route_is_described_by_what_it_declares() -> None:
    async def one() -> Page:
        raise NotImplementedError

    async def several() -> Page | Annotated[Response, Line]:
        raise NotImplementedError

    async def two_structs() -> Page | Line:
        raise NotImplementedError

    async def or_a_problem() -> Page | Response:
        raise NotImplementedError

    async def a_file() -> FileResponse:
        raise NotImplementedError

    found = [answer_types(route(each)) for each in (one, several, two_structs, or_a_problem, a_file)]
    assert found == [(Page,), (Page, Line), (Page, Line), (Page,), ()]
