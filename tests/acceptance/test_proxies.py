"""Behind the proxies of docs/operations.md and deploy/: paths arrive as they were sent, links lead back through the
proxy, and a silent socket stays open."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.test_commands import device, post
from tests.services.haproxy import EXAMPLE, HAProxy, under_a_path
from tests.services.nginx import Nginx
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

PATH = "/maps/herenow"
SILENCE = 2  # s after which these proxies cut a connection; as they are documented, 60
PING = {"herenow.api.live.websocket.PING_FRAME_EVERY": 1}  # beats of half a second; else 25 s
IDS = ["van/1", "van/1/track", "fleet//7", "fleet/./7", "..", "a b?c#d%2Fe", "é%"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("proxied")
    with running(folder / "positions.db", constants=PING) as started:
        now = time.time_ns() // 1_000_000
        rows = [{"device_id": one, "time": now - n, "latitude": 1.0, "longitude": 2.0} for n, one in enumerate(IDS)]
        assert report(started, *rows).json()["accepted"] == len(IDS)
        wait_for(lambda: httpx.get(f"{started.url}/api/devices").json()["total"] == len(IDS))
        yield started


def hasty(text: str) -> str:
    return re.sub(r"timeout (client|server|tunnel) 60s", rf"timeout \1 {SILENCE}s", text)


@pytest.fixture(params=["haproxy", "haproxy under a path", "nginx under a path"])
def proxied(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[str]:
    """Where the server is, behind a proxy in haste."""
    port = int(server.url.rpartition(":")[2])
    prefix = PATH if request.param.endswith("path") else ""
    made: HAProxy | Nginx
    if request.param.startswith("nginx"):
        made = Nginx(tmp_path, port, f"proxy_read_timeout {SILENCE}s; proxy_send_timeout {SILENCE}s;")
    else:
        made = HAProxy(tmp_path, [port], hasty(under_a_path() if prefix else EXAMPLE.read_text()))
    with made as proxy:
        with contextlib.suppress(httpx.HTTPError):  # HAProxy asks a server twice before it passes anything on
            wait_for(lambda: httpx.get(f"{proxy.url}{prefix}/healthz").status_code == 200)
        yield proxy.url + prefix


async def test_a_command_reaches_a_device_that_was_silent_for_longer_than_a_proxy_waits(proxied: str) -> None:
    async with device(proxied, "silent"):
        await asyncio.sleep(2.5 * SILENCE)
        answer = await post(proxied, "silent", "wake up")
        assert answer.json() == {"device_id": "silent", "ok": True, "detail": json.dumps("wake up")}


@pytest.mark.parametrize("device_id", IDS)
def test_a_device_is_found_by_its_id_whatever_that_holds(proxied: str, device_id: str) -> None:
    path = f"{proxied}/api/devices/{quote(device_id, safe='').replace('.', '%2E')}"
    assert raw_get(path)["device_id"] == device_id
    track = raw_get(f"{path}/track")
    assert (track["device_id"], len(track["positions"])) == (device_id, 1)
    collection = f"{proxied}/ogc/collections/devices/items"
    feature = raw_get(path.replace(f"{proxied}/api/devices", collection))
    assert feature["id"] == device_id
    assert [raw_get(link["href"])["id"] for link in feature["links"][:1]] == [device_id]


def raw_get(url: str) -> Any:
    """Asks for a path as it stands: httpx would change one that ends in dots."""
    host, path = re.fullmatch(r"http://([^/]+)(/.*)", url).groups()  # type: ignore[union-attr] # it is one
    request = httpx.Request("GET", f"http://{host}/")
    request.url = request.url.copy_with(raw_path=path.encode())
    with httpx.Client(timeout=PATIENCE) as client:
        answer = client.send(request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_slash_at_the_end_leads_nowhere_else(proxied: str) -> None:
    row = {"device_id": "silent", "time": time.time_ns() // 1_000_000, "latitude": 1.0, "longitude": 2.0}
    answer = httpx.post(f"{proxied}/api/positions/", json=row, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    for path in ("/ogc", "/ogc/"):
        landing = httpx.get(proxied + path, timeout=PATIENCE)
        assert landing.status_code == 200
        links = [one["href"] for one in landing.json()["links"]]
        assert all(link.startswith(proxied) for link in links)
        assert {httpx.get(link, timeout=PATIENCE).status_code for link in links} == {200}
    page = httpx.get(f"{proxied}/docs/", follow_redirects=True, timeout=PATIENCE)
    assert (page.status_code, str(page.url)) == (200, f"{proxied}/docs")


def test_links_keep_the_scheme_of_a_proxy_before_this_one(server: Server) -> None:
    headers = {
        "X-Forwarded-Proto": "https, http",
        "X-Forwarded-Host": "example.org:8443",
        "X-Forwarded-Prefix": "/a/b/",
    }
    links = httpx.get(f"{server.url}/ogc", headers=headers, timeout=PATIENCE).json()["links"]
    assert {link["href"].partition("/ogc")[0].partition("/openapi")[0] for link in links} == {
        "https://example.org:8443/a/b"
    }
    wrong = httpx.get(f"{server.url}/ogc", headers={"X-Forwarded-Prefix": "//evil\\x"}, timeout=PATIENCE)
    assert wrong.status_code == 400
    assert "x-forwarded-prefix: expected a path like /maps/herenow" in wrong.json()["detail"]
