"""Pages of other origins: refused, but for those that HERENOW_ORIGINS names."""

import time
from collections.abc import Iterator

import httpx
import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from herenow.model.origin import read_origins
from herenow.settings import Settings
from tests.support.patience import PATIENCE
from tests.support.server import Server, running

ALLOWED, OTHER = "http://localhost:3000", "http://elsewhere.example"


@pytest.fixture(scope="module")
def open_to_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("origins") / "herenow.toml"
    config.write_text(f'origins = "https://maps.example.org, {ALLOWED}"\n')
    with running(config.parent / "positions.db", "--config", str(config)) as server:
        yield server


def ask(server: Server, method: str, path: str, origin: str, **more: str) -> httpx.Response:
    headers = {"Origin": origin, **{name.replace("_", "-"): value for name, value in more.items()}}
    body = {"device_id": "paged", "time": time.time_ns() // 1_000_000, "latitude": 1.0, "longitude": 2.0}
    return httpx.request(
        method, f"{server.url}/{path}", headers=headers, json=body if method == "POST" else None, timeout=PATIENCE
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "api/devices"), ("GET", "api/history"), ("POST", "api/positions")]
)
def test_a_page_of_a_named_origin_is_answered_and_may_read_the_answer(
    open_to_one: Server, method: str, path: str
) -> None:
    answer = ask(open_to_one, method, path, ALLOWED)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert "origin" in answer.headers["vary"].lower()


def test_a_browser_learns_beforehand_what_such_a_page_may_do(open_to_one: Server) -> None:
    for method, status in (("POST", 200), ("DELETE", 400)):
        answer = ask(
            open_to_one,
            "OPTIONS",
            "api/positions",
            ALLOWED,
            Access_Control_Request_Method=method,
            Access_Control_Request_Headers="content-type",
        )
        assert answer.status_code == status
        assert "DELETE" not in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("origin", [OTHER, "null", "https://localhost:3000", "http://localhost:3001"])
def test_other_origins_are_still_refused(open_to_one: Server, origin: str) -> None:
    answer = ask(open_to_one, "GET", "api/devices", origin)
    assert answer.status_code == 403
    assert "HERENOW_ORIGINS allows other pages" in answer.json()["detail"]
    assert "access-control-allow-origin" not in answer.headers


def test_without_the_setting_no_other_origin_is_answered(server: Server) -> None:
    assert ask(server, "GET", "api/devices", ALLOWED).status_code == 403
    answer = ask(server, "GET", "api/devices", server.url)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_a_named_origin_opens_sockets_and_another_does_not(open_to_one: Server) -> None:
    async with connect(open_to_one.live_url, origin=Origin(ALLOWED)):
        pass
    with pytest.raises(InvalidStatus) as refused:
        await connect(open_to_one.live_url, origin=Origin(OTHER))
    assert refused.value.response.status_code == 403


def test_origins_are_read_as_browsers_write_them() -> None:
    assert read_origins("none") == []
    assert read_origins(" HTTPS://Maps.Example.org:443 ,http://[::1]:80,http://a:8080") == [
        "https://maps.example.org",
        "http://[::1]",
        "http://a:8080",
    ]


@pytest.mark.parametrize("text", ["", "*", "maps.example.org", "https://maps.example.org/", "https://a,", "null"])
def test_what_is_no_origin_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValidationError, match="expected origins like https://maps"):
        Settings.model_validate({"origins": text})
