"""Several hubs: behind a load balancer without stickiness, and as workers on one port. Viewers end at the same map
wherever they land."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from herenow.client import Live
from tests.services.haproxy import HAProxy
from tests.support.delivery_checker import Load, judge
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.processes import Process, make_schema, process, until
from tests.support.procfs import alive, children

BOX = (24.0, 59.0, 26.0, 61.0)
VIEWERS = 30


async def follow(live: Live) -> None:
    async for _ in live:
        pass


@contextlib.asynccontextmanager
async def looking(url: str, count: int = VIEWERS) -> AsyncIterator[list[Live]]:
    """So many clients that follow what the load reports, over lost links."""
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        clients = [await stack.enter_async_context(Live(url, box=BOX)) for _ in range(count)]
        following = [tasks.create_task(follow(client)) for client in clients]
        await until(lambda: all(client.connected for client in clients))
        yield clients
        for task in following:
            task.cancel()


async def ends_at(clients: list[Live], load: Load) -> None:
    newest = {device: load.start + n for device, n in load.newest.items()}

    def drawn(client: Live) -> dict[str, int]:
        return {device: position.timestamp for device, position in client.positions.items()}

    with contextlib.suppress(TimeoutError):
        await until(lambda: all(drawn(client) == newest for client in clients))
    wrong = [number for number, client in enumerate(clients) if drawn(client) != newest]
    assert not wrong, f"{len(wrong)} of {len(clients)} clients do not show the newest of every device"


async def restarted(server: Process, number: int) -> None:
    await (server.kill() if number == signal.SIGKILL else server.stop())
    await server.start()


async def test_viewers_behind_haproxy_come_back_to_any_hub_and_miss_nothing(
    cassandra_url: str, amqp_url: str, tmp_path: Path
) -> None:
    await make_schema(cassandra_url, amqp_url)
    ports = [free_port(), free_port()]
    async with contextlib.AsyncExitStack() as stack:
        commands = [("serve", "--port", str(port)) for port in ports] + [("record",)]
        one, two, _ = await asyncio.gather(
            *(stack.enter_async_context(process(*c, store=cassandra_url, bus=amqp_url)) for c in commands)
        )
        proxy = HAProxy(tmp_path, ports)
        await asyncio.to_thread(proxy.start)
        stack.callback(proxy.end)
        clients = await stack.enter_async_context(looking(proxy.url))
        load = Load([proxy.url])
        async with load.flowing():
            for server, number in ((one, signal.SIGKILL), (two, signal.SIGTERM), (two, signal.SIGKILL)):
                await asyncio.sleep(2)
                await restarted(server, number)
            await asyncio.sleep(2)
        verdict = await judge(load, proxy.url, [])
        assert verdict.kept, verdict
        await ends_at(clients, load)


async def metrics_of_workers(url: str) -> set[str]:
    """The numbers of those that whichever worker answers has the counters of."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        page = (await client.get(f"{url}/metrics")).text
    return set(re.findall(r'^herenow_positions_accepted_total\{worker="(\d+)"\} ', page, re.MULTILINE))


async def ready(server: Process, workers: int) -> None:
    await until(lambda: sum("] ready " in line for line in server.lines) >= workers)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for child processes")
async def test_workers_share_a_port_and_one_that_is_killed_is_started_again(cassandra_url: str, amqp_url: str) -> None:
    await make_schema(cassandra_url, amqp_url)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        process("record", store=cassandra_url, bus=amqp_url),
        process("serve", "--workers", "2", "--port", str(port), store=cassandra_url, bus=amqp_url) as server,
    ):
        await ready(server, 2)
        workers = children(server.pid)
        assert len(workers) == 2
        assert await metrics_of_workers(url) == {"0", "1"}
        async with looking(url) as clients:
            load = Load([url])
            async with load.flowing():
                await asyncio.sleep(1)
                os.kill(workers[0], signal.SIGKILL)
                await ready(server, 3)
            verdict = await judge(load, url, [])
            assert verdict.kept, verdict
            await ends_at(clients, load)
        assert await metrics_of_workers(url) == {"0", "1"}
        workers = children(server.pid)
        assert await server.stop() == 0
        assert not any(map(alive, workers))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for child processes")
async def test_workers_end_when_the_process_that_started_them_is_killed(cassandra_url: str, amqp_url: str) -> None:
    await make_schema(cassandra_url, amqp_url)
    async with process("serve", "--workers", "2", "--port", "0", store=cassandra_url, bus=amqp_url) as server:
        await ready(server, 2)
        workers = children(server.pid)
        server.send(signal.SIGKILL)
        await until(lambda: not any(map(alive, workers)))
        await server.ended()
