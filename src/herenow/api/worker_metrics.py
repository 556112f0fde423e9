"""Metrics of all workers of one server: whichever of them answers has those of each, with its number as a label."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from herenow.api.routes.metrics import Metrics

ANSWER_WITHIN = 1.0  # s; a worker that takes longer is left out this time


class WorkerMetrics:
    """Use it with `async with`: meanwhile the other workers may read this one's over a socket, whose name is the number
    of the worker, and which is beside theirs."""

    def __init__(self, own: Metrics, socket: Path) -> None:
        self._own, self._socket = own, socket
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._answer, self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._socket.unlink(missing_ok=True)

    async def page(self) -> bytes:
        others = [path for path in self._socket.parent.iterdir() if path.name != self._socket.name]
        pages = await asyncio.gather(*map(_read, others))
        found = {path.name: page for path, page in zip(others, pages, strict=True) if page is not None}
        found[self._socket.name] = await self._own.page()
        return await asyncio.to_thread(merged, found)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await self._own.page())
        writer.close()


async def _read(socket: Path) -> bytes | None:
    """None where the worker ended or is busy."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                return await reader.read()
            finally:
                writer.close()
    except OSError:  # TimeoutError is one
        return None


class _Merged(Collector):
    def __init__(self, pages: Mapping[str, bytes]) -> None:
        self._pages = pages

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for worker, page in sorted(self._pages.items(), key=lambda one: int(one[0])):
            for family in text_string_to_metric_families(page.decode()):
                merged = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    merged.add_sample(sample.name, sample.labels | {"worker": worker}, sample.value)
        yield from families.values()


def merged(pages: Mapping[str, bytes]) -> bytes:
    """Pages by number of a worker as one page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Merged(pages))
    return generate_latest(registry)
