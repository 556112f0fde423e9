"""Answers hold what the OpenAPI document says, and nothing else."""

import json
import time
from typing import Any

import httpx
import msgspec
import pytest
from fastapi.routing import APIRoute

from herenow.api.app import MODULES
from herenow.api.openapi import answers_of
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, wait_for

NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000
DECLARED = answers_of(route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute))


@pytest.fixture(scope="module")
def driven(server: Server) -> Server:
    """A server to which a device reported a drive of two hours ago, and where it is now."""
    rows = [
        {"device_id": "shown", "time": NOW - 2 * HOUR + step * 10_000, "latitude": 60.0, "longitude": 25 + step / 500}
        for step in range(90)
    ]
    last = {"time": NOW, "latitude": 60.0, "longitude": 25.5, "speed": 3.0, "course": 90.0, "altitude": 8.0}
    named: dict[str, object] = {
        "device_id": "shown",
        "attributes": {"name": "Shown", "kind": "bus", "seats": 40},
        **last,
    }
    report(server, *rows, named)
    wait_for(lambda: bool(httpx.get(f"{server.url}/api/devices/shown/trips", timeout=PATIENCE).json().get("pieces")))
    return server


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/config", {}),
        ("/api/stats", {}),
        ("/api/devices", {"search": "shown"}),
        ("/api/devices/{device_id}", {}),
        ("/api/devices/{device_id}/track", {}),
        ("/api/devices/{device_id}/track", {"detail": 12}),
        ("/api/devices/{device_id}/trips", {}),
        ("/api/devices/{device_id}/places", {}),
        ("/api/devices/{device_id}/days", {}),
        ("/api/devices/{device_id}/traces", {}),
        ("/api/positions/latest", {}),
        ("/api/history", {}),
        ("/api/history/density", {"bbox": "-180,-85,180,85", "zoom": 3}),
        ("/api/history/timeline", {}),
        ("/api/history/days/{day}", {}),
        ("/api/history/analytics", {}),
        ("/api/history/distances", {}),
        ("/api/history/replay", {}),
        ("/api/storage", {}),
        ("/healthz", {}),
        ("/readyz", {}),
    ],
)
def test_an_answer_is_what_the_document_says(driven: Server, path: str, query: dict[str, Any]) -> None:
    filled = path.replace("{device_id}", "shown").replace("{day}", str(NOW))
    answer = httpx.get(f"{driven.url}{filled}", params=query, timeout=PATIENCE)
    assert answer.status_code == 200
    assert any(holds(answer.content, kind) for kind in DECLARED["get", path]), answer.text


def holds(content: bytes, kind: Any) -> bool:
    """Whether it is of a type, with nothing beside."""
    try:
        read = msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        print(error)
        return False
    return same(json.loads(msgspec.json.encode(read)), json.loads(content))


def same(read: Any, sent: Any) -> bool:
    """Each name that was sent was read; a default may be left out."""
    if isinstance(sent, dict):
        return all(value is None or (name in read and same(read[name], value)) for name, value in sent.items())
    if isinstance(sent, list):
        return len(read) == len(sent) and all(same(one, other) for one, other in zip(read, sent, strict=True))
    return bool(read == sent)


def test_a_type_that_lacks_what_is_sent_does_not_hold() -> None:
    class Fewer(msgspec.Struct):
        status: str

    assert holds(b'{"status":"ok"}', Fewer)
    assert not holds(b'{"status":"ok","more":1}', Fewer)
    assert not holds(b'{"status":5}', Fewer)
