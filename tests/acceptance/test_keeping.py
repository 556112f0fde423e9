"""What is old goes, what is to be forgotten is: by the processes and commands of an operator."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx

from herenow.model.clock import DAY
from herenow.run.storage import erase
from herenow.settings import read_settings
from tests.acceptance.test_commands import herenow, track
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.processes import Process, make_schema, process
from tests.support.server import Server, report, running, wait_for

NOW = time.time_ns() // 1_000_000


def fix(device_id: str, days: int, **more: object) -> dict[str, object]:
    return {"device_id": device_id, "time": NOW - days * DAY, "latitude": 60.0, "longitude": 25.0, **more}


def days_of(server: Server, device_id: str) -> list[int]:
    return [(NOW - int(one["time"])) // DAY for one in track(server, device_id)]


def test_a_server_takes_away_what_is_older_than_it_is_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        rows = [fix(device, days, attributes={"kind": device}) for device in ("bus", "ship") for days in (40, 9, 0)]
        assert report(server, *rows).json()["accepted"] == 6
        assert server.stop() == 0
    settings = tmp_path / "herenow.toml"
    settings.write_text('keep_days = "30, ship=ever, bus=5"\n')
    with running(path, "--config", str(settings)) as server:
        wait_for(lambda: days_of(server, "bus") == [0])
        assert days_of(server, "ship") == [40, 9, 0]


def test_the_command_erases_a_device_and_proves_it(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        report(server, fix("phone/7", 2), fix("phone/7", 1), fix("other", 0))
        wait_for(lambda: httpx.get(f"{server.url}/api/devices", timeout=PATIENCE).json()["total"] == 2)
        store = ("--store", f"sqlite:///{path}")
        done = herenow("erase", "phone/7", "--server", server.url, "--yes", *store)
        assert (done.returncode, done.stdout) == (
            0,
            "Nothing of phone/7 is left: 0 positions, 0 devices, 0 changes, 0 rollups, 0 blocks.\n",
        ), done.stderr
        again = herenow("erase", "phone/7", "--server", server.url, "--yes", *store)
        assert again.returncode == 2
        assert "never reported" in again.stderr
        assert "Traceback" not in again.stderr
        wait_for(lambda: httpx.get(f"{server.url}/api/storage", timeout=PATIENCE).status_code == 200)
        result = herenow("storage", "--store", f"sqlite:///{path}")
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith("1 positions: ")
        elsewhere = herenow("erase", "other", "--server", server.url, "--yes", "--store", f"sqlite:///{tmp_path}/x.db")
        assert elsewhere.returncode == 2
        assert "x.db.erase-key: No such file" in elsewhere.stderr
    gone = herenow("erase", "other", "--server", f"http://127.0.0.1:{free_port()}", "--yes", *store)
    assert gone.returncode == 2
    assert "does not answer" in gone.stderr


async def test_every_server_forgets_a_device_that_one_of_them_erased(cassandra_url: str, amqp_url: str) -> None:
    await make_schema(cassandra_url, amqp_url)
    ports = [free_port(), free_port()]

    def started(*arguments: str) -> AbstractAsyncContextManager[Process]:
        return process(*arguments, store=cassandra_url, bus=amqp_url)

    async with (
        started("record"),
        started("serve", "--port", str(ports[0])),
        started("serve", "--port", str(ports[1])),
        httpx.AsyncClient(timeout=PATIENCE) as client,
    ):
        one, other = (f"http://127.0.0.1:{port}" for port in ports)
        answer = await client.post(f"{one}/api/positions", json=[fix("phone", 0), fix("stays", 0)])
        assert answer.json()["accepted"] == 2

        async def known(url: str) -> set[str]:
            return {found["device_id"] for found in (await client.get(f"{url}/api/devices")).json()["devices"]}

        async def until_known(wanted: set[str]) -> None:
            async with asyncio.timeout(PATIENCE):
                while await known(one) != wanted or await known(other) != wanted:
                    pass  # each question takes its time

        await until_known({"phone", "stays"})
        assert (await client.delete(f"{one}/api/devices/phone")).status_code == 403
        left = await erase(read_settings(None, {"store": cassandra_url}), one, "phone", 5.0, print)
        assert left["erased"] or left["positions"] == 0
        await until_known({"stays"})
