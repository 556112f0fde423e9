"""Requests to a real server over HTTP, and what is common to their answers."""

import time
from typing import Any

import httpx

from tests.support.patience import PATIENCE
from tests.support.server import Server

NOW = time.time_ns() // 1_000_000


def fix(device_id: str, **more: object) -> dict[str, object]:
    return {"device_id": device_id, "time": NOW, "latitude": 60.0, "longitude": 25.0} | more


def post(server: Server, body: bytes, **headers: str) -> httpx.Response:
    return httpx.post(f"{server.url}/api/positions", content=body, headers=headers, timeout=PATIENCE)


def get(server: Server, path: str, **query: Any) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", params=query, timeout=PATIENCE)


def track_of(server: Server, device_id: str, **query: Any) -> list[dict[str, Any]]:
    positions: list[dict[str, Any]] = get(server, f"/api/devices/{device_id}/track", **query).json()["positions"]
    return positions


def is_problem(answer: httpx.Response, status: int, *says: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= problem.keys()
    for words in says:
        assert words in problem["detail"]
    assert "Traceback" not in answer.text
