"""Herenow as it stands in production, two servers and some recorders, with viewers on both servers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

from tests.support.delivery_checker import Viewer, watching
from tests.support.ports import free_port
from tests.support.processes import Process, make_schema, process


class Standing(msgspec.Struct):
    servers: list[Process]
    recorders: list[Process]
    urls: list[str]
    viewers: list[Viewer]


@contextlib.asynccontextmanager
async def standing(store: str, bus: str, *, recorders: int = 2) -> AsyncIterator[Standing]:
    await make_schema(store, bus)
    ports = [free_port(), free_port()]
    async with contextlib.AsyncExitStack() as stack:
        commands = [("serve", "--port", str(port)) for port in ports] + [("record",)]
        started = await asyncio.gather(
            *(stack.enter_async_context(process(*command, store=store, bus=bus)) for command in commands)
        )
        for _ in range(recorders - 1):  # the first has the shards, these are in reserve
            started.append(await stack.enter_async_context(process("record", store=store, bus=bus)))
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        viewers = await stack.enter_async_context(watching(urls))
        try:
            yield Standing(list(started[:2]), list(started[2:]), urls, viewers)
        except BaseException:
            for one in started:
                print(one.output())
            raise
