"""The promises of the pipeline while its store stalls, which devices do not notice."""

import asyncio
from pathlib import Path

from tests.services.cassandra import Cassandra
from tests.support.cluster import standing
from tests.support.delivery_checker import Load, judge
from tests.support.dose import dose, long

STALL = dose(6.0, full=15.0)  # s


@long
async def test_a_store_that_stalls_loses_nothing(amqp_url: str, tmp_path: Path) -> None:
    with Cassandra(tmp_path / "database") as database:
        async with standing(database.url("herenow"), amqp_url) as stand:
            load = Load(stand.urls)
            async with load.flowing():
                await load.accepts(3)
                database.pause()
                await asyncio.sleep(STALL)
                database.resume()
                await load.accepts(1)
            verdict = await judge(load, stand.urls[0], stand.viewers)
            assert verdict.kept, verdict
            assert load.refused == 0, "what is accepted waits in RabbitMQ, so devices notice nothing"
