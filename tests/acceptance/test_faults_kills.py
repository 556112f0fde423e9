"""The promises of the pipeline while its processes are killed and put to sleep under load: what was accepted is in
history once, and every map ends at the newest of each device."""

import asyncio
import signal

from tests.support.cluster import standing
from tests.support.delivery_checker import Load, judge
from tests.support.dose import dose, long
from tests.support.processes import Process, until

KILLS = dose(3, full=20)  # of each process


@long
async def test_recorder_server_and_hub_are_killed_again_and_again(cassandra_url: str, amqp_url: str) -> None:
    async with standing(cassandra_url, amqp_url) as stand:
        load = Load(stand.urls)
        async with load.flowing(), asyncio.TaskGroup() as tasks:
            for number, killed in enumerate((*stand.servers, stand.recorders[0])):
                tasks.create_task(_kill(killed, KILLS, after=0.5 + number))
        verdict = await judge(load, stand.urls[1], stand.viewers)
        assert verdict.kept, verdict
        assert all(viewer.connects > 1 + KILLS // 5 for viewer in stand.viewers)


async def _kill(killed: Process, times: int, *, after: float) -> None:
    """Dies, and is started again by whoever looks after it."""
    await asyncio.sleep(after)
    for _ in range(times):
        await killed.kill()
        await killed.start()
        await asyncio.sleep(1.0)


async def test_a_recorder_that_slept_and_believes_it_is_active_does_no_harm(cassandra_url: str, amqp_url: str) -> None:
    """RabbitMQ gives its shards to the other one after some missed heartbeats; then it wakes up and goes on writing."""
    async with standing(cassandra_url, amqp_url) as stand:
        load = Load(stand.urls)
        async with load.flowing():
            await load.accepts(2)
            stand.recorders[0].send(signal.SIGSTOP)
            await load.accepts(1)  # none of them by what the sleeper still had in hand
            behind = {device: load.start + n for device, n in load.newest.items()}
            viewer = stand.viewers[0]
            await until(lambda: all(viewer.shown.get(device, 0) > time for device, time in behind.items()))
            stand.recorders[0].send(signal.SIGCONT)
            # It first ends what it was writing, which may take seconds; then it hears that its shards are taken.
            await until(lambda: "a link to RabbitMQ is away" in stand.recorders[0].output())
            await load.accepts(1)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
