"""What is accepted is found: by every route, export and tile, on each store, and after a restart."""

import asyncio
import contextlib
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.api.app import create_app
from herenow.api.context import MapConfig
from herenow.history.export.formats import format_named
from herenow.history.queries import replay_blocks
from herenow.history.rollups.builder import Rollup
from herenow.model.clock import DAY, HOUR, MINUTE, now
from herenow.model.position import MAX_AHEAD
from herenow.model.report import EARLIEST
from herenow.run.export import export_file
from herenow.run.pipeline import open_context
from herenow.run.store import open_store
from herenow.settings import Settings, read_settings
from herenow.store.cassandra import changes
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Span
from tests.support import stores
from tests.support.dose import dose
from tests.support.stores import empty

keyspace = stores.keyspace

IDS = ("van/1", "a b", "ü,;\"'", "x?y#z%2F", "<b>&", "=1+1", "名前\u2028")
LATER = 1.1  # s until Cassandra lists its changes
HERE = "/ogc/collections/devices/items"


class Fix(NamedTuple):
    device_id: str
    time: int  # ms after now, or before it
    latitude: float


fixes = st.builds(
    Fix,
    st.sampled_from(IDS),
    st.sampled_from([-50 * HOUR, -25 * HOUR, -HOUR, -11 * MINUTE, -MINUTE, -1000, 0, 3 * MINUTE, HOUR, 30 * HOUR]),
    st.floats(-80, 80).map(lambda degrees: round(degrees, 3)),
)


def repeated(drawn: Sequence[Fix]) -> list[list[Fix]]:
    """In two requests, the second of which tells a part of the first again."""
    half = len(drawn) // 2
    return [list(drawn[:half] or drawn), list(drawn[half:]) + list(drawn[: half // 2])]


Times = dict[str, list[int]]  # accepted, by device, in order


class Face:
    """A server with all routes in this process, at a moment (ms)."""

    def __init__(self, client: httpx.AsyncClient, moment: int) -> None:
        self.client = client
        self.moment = moment
        self.range = {"from": moment - 3 * DAY, "to": moment + 3 * DAY}
        self.ranges = self.range, {"from": moment - 3 * DAY}  # without an end, what is ahead of its time too

    async def get(self, path: str, **query: object) -> Any:
        answer = await self.client.get(path, params={key: str(value) for key, value in query.items()})
        assert answer.status_code == 200, (path, query, answer.text)
        return answer.json() if answer.headers["content-type"].endswith(("/json", "geo+json")) else answer.content

    async def devices(self) -> dict[str, Any]:
        """Page by page."""
        found: list[Any] = []
        cursor: dict[str, object] = {}
        while True:
            page = await self.get("/api/devices", limit=2, **cursor)
            found += page["devices"]
            if page["next"] is None:
                assert page["total"] == len(found)
                return {one["device_id"]: one for one in found}
            cursor = {"cursor": page["next"]}

    async def check(self, accepted: Times) -> None:
        await self._check_devices(accepted)
        for device_id, times in accepted.items():
            await self._check_device(f"/api/devices/{quote(device_id, safe='')}", times)
            await self._check_feature(f"{HERE}/{quote(device_id, safe='')}", times)
        await self._check_features(accepted)
        await self._check_fleet(sum(map(len, accepted.values())), len(accepted))
        await self._check_exports(accepted)
        await self._check_blocks(accepted)

    async def _check_devices(self, accepted: Times) -> None:
        listed = await self.devices()
        assert listed.keys() == accepted.keys()
        latest = {one["device_id"]: one for one in (await self.get("/api/positions/latest"))["positions"]}
        for device_id, times in accepted.items():
            believed = [time for time in times if time <= self.moment + MAX_AHEAD]
            assert listed[device_id].get("position", {}).get("time") == (max(believed) if believed else None)
            assert latest.get(device_id, {}).get("timestamp") == (max(believed) if believed else None)
            assert self.moment <= listed[device_id]["last_heard"] <= now()
            assert listed[device_id]["status"] != "stale"
            assert (listed[device_id].get("clock_offset", 0) > 0) == (len(believed) < len(times))

    async def _check_device(self, path: str, times: list[int]) -> None:
        assert (await self.get(path))["last_heard"] >= self.moment
        for range_ in self.ranges:
            track = await self.get(f"{path}/track", limit=10_000, **range_)
            assert [one["time"] for one in track["positions"]] == times
            assert (await self.get(f"{path}/track", detail=10, raw=True, **range_))["times"] == times
            assert (await self.get(f"{path}/days", raw=True, **range_))["total"]["positions"] == len(times)
        for what in ("trips", "places", "days", "track"):
            ended, open_ = [await self.get(f"{path}/{what}", **range_) for range_ in self.ranges]
            assert ended == open_, what
        assert await self.get(f"{path}/traces")

    async def _check_feature(self, path: str, times: list[int]) -> None:
        feature = await self.get(path)
        assert (feature["geometry"] is None) == (min(times) > self.moment + MAX_AHEAD)
        sequence = await self.get(f"{path}/tgsequence", limit=1000, datetime="../..")
        shown = {one for primitive in sequence["geometrySequence"] for one in primitive["datetimes"]}
        assert len(shown) == len(set(times))

    async def _check_features(self, accepted: Times) -> None:
        for query in ({}, {"datetime": "../.."}):
            found = await self.get(HERE, limit=1000, **query)
            assert {one["id"] for one in found["features"]} == accepted.keys()

    async def _check_fleet(self, positions: int, devices: int) -> None:
        stats = await self.get("/api/stats")
        assert (stats["devices"], sum(stats["by_status"].values())) == (devices, devices)
        for range_ in self.ranges:
            world = await self.get("/api/history/density", bbox="-180,-90,180,90", zoom=0, raw=True, **range_)
            assert world["positions"] == positions
            assert sum((await self.get("/api/history/timeline", raw=True, **range_))["positions"]) == positions
        assert (await self.get("/api/storage"))["positions"] == positions
        for path in ("analytics", "distances", "replay", "tiles/0/0/0.mvt", "."):
            ended, open_ = [
                await self.get(f"/api/history/{path}".removesuffix("/."), **range_) for range_ in self.ranges
            ]
            assert without_range(ended) == without_range(open_), path

    async def _check_exports(self, accepted: Times) -> None:
        whole = await self.get("/api/export", **{"from": self.range["from"]})
        assert times_of(whole) == accepted
        for device_id, times in accepted.items():
            part = await self.get("/api/export", device=device_id, format="ndjson", **self.range)
            assert [json.loads(line)["time"] for line in part.splitlines()] == times

    async def _check_blocks(self, accepted: Times) -> None:
        """Of history to be played, where each position stands in its hour."""
        played: Times = {}
        for block in (await self.get("/api/history/replay", **self.ranges[1]))["blocks"]:
            body = await self.get(f"/api/history/replay/{block['block']}/0", raw=True)
            head, rows = replay_blocks.decode(body)
            moments = iter(rows["time"].tolist())
            for device_id, count in zip(head.devices, head.counts, strict=True):
                played.setdefault(device_id, []).extend(head.start + next(moments) for _ in range(count))
        assert played == accepted


def without_range(answer: Any) -> Any:
    """A range ends at `to`, or with the last hour that holds anything; a version is that of a range."""
    if not isinstance(answer, dict):
        return answer
    return {key: value for key, value in answer.items() if key not in ("to", "version")}


def times_of(exported: bytes) -> Times:
    found: Times = {}
    for row in csv.DictReader(io.StringIO(exported.decode("utf-8-sig"))):
        found.setdefault(row["device_id"], []).append(moment_of(row["time"]))
    return found


def moment_of(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@contextlib.asynccontextmanager
async def face(settings: Settings, moment: int) -> AsyncIterator[tuple[Face, Rollup]]:
    async with (
        open_context(settings, MapConfig(), records=True) as context,
        open_store(settings, writes=False) as store,
    ):
        await context.hub.loaded.wait()
        transport = httpx.ASGITransport(create_app(context))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Face(client, moment), Rollup(store)


async def is_found(url: str, drawn: Sequence[Fix]) -> None:
    settings, accepted, moment = read_settings(None, {"store": url}), Times(), now()
    versions: set[tuple[str, int, float]] = set()
    async with face(settings, moment) as (api, rollup):
        for batch in repeated(drawn):
            rows = [
                {"device_id": one.device_id, "time": moment + one.time, "latitude": one.latitude, "longitude": 25.0}
                for one in batch
            ]
            answer = await api.client.post("/api/positions", json=rows)
            assert answer.json() == {"accepted": len(rows), "rejected": []}
            versions |= {(one.device_id, moment + one.time, one.latitude + 0.0) for one in batch}
        for device_id, time, _ in sorted(versions):
            accepted.setdefault(device_id, []).append(time)
        await settle(url, rollup)
        await asyncio.sleep(0.1)  # the hub's tick
        await api.check(accepted)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "all.csv"
            made = format_named("csv").make()
            await export_file(settings, made, [], Span(EARLIEST, moment + 366 * DAY), file, lambda _: None, raw=True)
            assert times_of(file.read_bytes()) == accepted
    async with face(settings, moment) as (api, _):
        await api.check(accepted)


async def settle(url: str, rollup: Rollup) -> None:
    if url.startswith("cassandra:"):
        await rollup.catch_up()  # the first makes all there is
        await asyncio.sleep(LATER)
    await rollup.catch_up()


@settings(max_examples=dose(5, full=60))
@given(st.lists(fixes, min_size=1, max_size=12))
def test_whatever_sqlite_took_is_found_everywhere(drawn: list[Fix]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(is_found(f"sqlite:///{folder}/positions.db", drawn))


@pytest.mark.usefixtures("quick_changes")
@settings(max_examples=dose(2, full=20))
@given(st.lists(fixes, min_size=1, max_size=12))
def test_whatever_cassandra_took_is_found_everywhere(keyspace: str, drawn: list[Fix]) -> None:
    async def check() -> None:
        await empty(read_cassandra_url(keyspace))
        await is_found(keyspace, drawn)

    asyncio.run(check())


@pytest.fixture(scope="module")
def quick_changes() -> Iterator[None]:
    """As `quick` of tests/support/rollups.py, for all examples of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "PERIOD", 1000)
        patch.setattr(changes, "GRACE", 0)
        yield
