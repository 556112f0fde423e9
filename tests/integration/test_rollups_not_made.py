"""Until the rollups are made, on each store, no answer says that nothing was there."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from herenow.api.app import create_history_app
from herenow.api.context import HistoryContext
from herenow.errors import StoreUnavailable
from herenow.history.export.prepared import Prepared
from herenow.history.rollups.keys import MADE, STATE
from herenow.history.rollups.rounds import Rollup
from herenow.history.tracks.stillness import DEFAULT, TripSettings
from herenow.model.clock import DAY, HOUR
from herenow.model.retention import read_retention
from herenow.run.storage import read_storage
from herenow.settings import read_settings
from herenow.store.port import Changes, Row, Store
from tests.integration.test_rollup import START, drive
from tests.support import stores
from tests.support.rollups import put, quick
from tests.support.stores import keep

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

RANGE = f"from={START}&to={START + DAY}"
DERIVED = (
    f"/api/devices/bus/days?{RANGE}",
    f"/api/devices/bus/days?{RANGE}&raw=true",
    f"/api/devices/bus/trips?{RANGE}",
    f"/api/devices/bus/places?{RANGE}",
    f"/api/history/analytics?{RANGE}",
    f"/api/history/distances?{RANGE}",
    f"/api/history/timeline?{RANGE}",
    f"/api/history/density?{RANGE}&bbox=-180,-85,180,85&zoom=3",
    f"/api/history/tiles/0/0/0.mvt?{RANGE}",
    f"/api/history/days/{START}",
    f"/api/history/replay?{RANGE}",
    "/api/storage",
)
AS_STORED = (f"/api/devices/bus/track?{RANGE}", f"/api/export?{RANGE}", f"/api/history?{RANGE}")

pytestmark = pytest.mark.usefixtures("quick")


@contextlib.asynccontextmanager
async def history_client(store: Store, folder: Path, by: TripSettings = DEFAULT) -> AsyncIterator[httpx.AsyncClient]:
    async with Prepared(folder) as prepared:
        app = create_history_app(HistoryContext(store, read_retention("ever"), prepared, by))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            yield client


async def statuses(client: httpx.AsyncClient, paths: tuple[str, ...] = DERIVED) -> dict[str, int]:
    answers = {path: await client.get(path) for path in paths}
    for answer in answers.values():
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            assert "not made" in answer.json()["detail"]
    return {path: answer.status_code for path, answer in answers.items()}


async def test_before_the_first_round_history_is_503_and_what_is_stored_is_served(store: Store, tmp_path: Path) -> None:
    await keep(store, drive("bus", 100))
    async with history_client(store, tmp_path) as client:
        assert set((await statuses(client)).values()) == {503}
        assert set((await statuses(client, AS_STORED)).values()) == {200}
        assert (await client.get("/api/devices/nobody/days")).status_code == 404
        await Rollup(store).catch_up()
        assert set((await statuses(client)).values()) == {200}


async def test_an_empty_store_is_made_by_its_first_round(store: Store, tmp_path: Path) -> None:
    async with history_client(store, tmp_path) as client:
        assert (await client.get("/api/storage")).status_code == 503
        await Rollup(store).catch_up()
        assert (await client.get("/api/storage")).json()["positions"] == 0


async def test_while_they_are_made_from_the_beginning_history_is_503(store: Store, tmp_path: Path) -> None:
    await keep(store, drive("bus", 100))
    await Rollup(store).catch_up()
    found: list[dict[str, int]] = []
    async with history_client(store, tmp_path) as client:

        class Asking(Rollup):
            async def _blocks(self, changes: Changes) -> None:
                found.append(await statuses(client))
                await super()._blocks(changes)

        await Asking(store).rebuild()
        assert [set(one.values()) for one in found] == [{503}]
        assert set((await statuses(client)).values()) == {200}


async def test_rollups_of_other_settings_of_trips_are_not_read(store: Store, tmp_path: Path) -> None:
    await keep(store, drive("bus", 100))
    await Rollup(store).catch_up()
    other = TripSettings(min_stop_duration=HOUR)
    async with history_client(store, tmp_path, other) as client:
        assert set((await statuses(client)).values()) == {503}
        await Rollup(store, other).catch_up()
        assert set((await statuses(client)).values()) == {200}


async def test_a_later_round_that_breaks_off_takes_nothing_away(store: Store, tmp_path: Path) -> None:
    await keep(store, drive("bus", 100))
    await Rollup(store).catch_up()

    class BreakingOff(Rollup):
        async def _blocks(self, changes: Changes) -> None:  # noqa: ARG002 - what changed does not matter
            raise StoreUnavailable("the store is away")

    with pytest.raises(StoreUnavailable):
        await BreakingOff(store).catch_up()
    async with history_client(store, tmp_path) as client:
        assert set((await statuses(client)).values()) == {200}


async def test_the_command_says_that_they_are_not_made(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    async with stores.opened(str(path)) as store:
        await keep(store, drive("bus", 100))
        await Rollup(store).catch_up()
        await put(store, Row(STATE, MADE))
    with pytest.raises(StoreUnavailable, match="not made yet"):
        await read_storage(read_settings(None, {"store": f"sqlite:///{path}"}))
