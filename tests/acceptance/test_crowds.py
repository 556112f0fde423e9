"""Crowds of viewers on one `herenow run`: cut again and again, connecting while thousands of positions a second come,
and all coming back to a server that was killed. In the end every map is exactly the newest place of every device."""

import asyncio
import contextlib
import random
import signal
from collections.abc import Iterable
from pathlib import Path

from tests.support.crowd import Corners, Place, Viewer, inside
from tests.support.dose import dose, long
from tests.support.patience import PATIENCE
from tests.support.server import running
from tests.support.sockets import Reporter, now

WEST, SOUTH, SIZE = 20.0, 40.0, 4.0  # degrees: where all devices are
ROUNDS = dose(2, full=6)  # of viewers that connect while positions come


class Roamers:
    """Devices that go anywhere; knows the newest place of each that the server has accepted."""

    def __init__(self, count: int, chance: random.Random) -> None:
        self.places: dict[str, Place] = {}
        self._chance = chance
        self._names = [f"device-{number}" for number in range(count)]
        self._time = now() - 60_000

    async def move(self, reporter: Reporter, names: Iterable[str] | None = None) -> None:
        """All of them, or those named, to somewhere else: half of them near where they were."""
        self._time += 1
        moved = {name: self._somewhere(name) for name in names or self._names}
        rows = [
            {"device_id": name, "time": time, "longitude": longitude, "latitude": latitude}
            for name, (time, longitude, latitude) in moved.items()
        ]
        for start in range(0, len(rows), 10_000):
            await reporter.send(*rows[start : start + 10_000])
        self.places |= moved

    def some(self, count: int) -> list[str]:
        return self._chance.sample(self._names, count)

    def _somewhere(self, name: str) -> Place:
        chance, before = self._chance, self.places.get(name)
        if before is not None and chance.random() < 0.5:
            longitude, latitude = (at + chance.uniform(-0.05, 0.05) for at in before[1:])
        else:
            longitude, latitude = WEST + chance.random() * SIZE, SOUTH + chance.random() * SIZE
        return self._time, round(longitude, 5), round(latitude, 5)


def box(chance: random.Random) -> Corners:
    """Somewhere among the devices, from a twentieth to a fifth of the whole in width and in height."""
    west, south = WEST + chance.uniform(0, 0.8) * SIZE, SOUTH + chance.uniform(0, 0.8) * SIZE
    return west, south, west + chance.uniform(0.05, 0.2) * SIZE, south + chance.uniform(0.05, 0.2) * SIZE


async def exact(viewers: list[Viewer], fleet: Roamers) -> None:
    """Returns once every map is the newest of every device; nothing is reported meanwhile."""
    for viewer in viewers:
        expected = inside(viewer.box, fleet.places)
        try:
            async with asyncio.timeout(PATIENCE):
                await viewer.until(expected)
        except TimeoutError:
            shown = viewer.map()
            wrong = {name for name in shown.keys() | expected if shown.get(name) != expected.get(name)}
            message = f"{len(wrong)} of {len(expected)} places are wrong, answers were {viewer.answers[-3:]}"
            raise AssertionError(message) from None


async def test_a_thousand_viewers_that_are_cut_again_and_again_miss_nothing_and_receive_little_twice(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    with running(tmp_path / "positions.db") as server:
        port = int(server.url.rpartition(":")[2])
        fleet = Roamers(300, chance)
        viewers = [Viewer(port, box(chance), zoom=chance.choice([None, 6.0, 9.5])) for _ in range(1000)]
        async with Reporter(server) as reporter:
            await fleet.move(reporter)
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                for viewer in viewers:
                    tasks.create_task(cut_again_and_again(viewer, stop, chance))
                for _ in range(16):
                    await asyncio.sleep(1.0)
                    await fleet.move(reporter, fleet.some(40))  # few, so that a whole map sent again would show
                stop.set()
            await exact(viewers, fleet)
        assert all(viewer.connection and not viewer.connection.ended.done() for viewer in viewers)
        assert "Traceback" not in server.output()
    answers = [(snapshot, offered) for viewer in viewers for snapshot, offered, _ in viewer.answers]
    resumed = [snapshot for snapshot, offered in answers if offered]
    assert len(resumed) > 1000
    assert not any(resumed), "a viewer that comes back within two minutes to the same server receives what changed"
    assert all(snapshot for snapshot, offered in answers if not offered)
    backfilled, repeated = (
        sum(counts) for counts in zip(*[(one.backfilled, one.repeated) for one in viewers], strict=True)
    )
    assert backfilled > 1000
    assert repeated <= 0.2 * backfilled
    assert not any(viewer.went_back for viewer in viewers)


async def cut_again_and_again(viewer: Viewer, stop: asyncio.Event, chance: random.Random) -> None:
    """Is there for some seconds, then away for some; in the end it is there."""
    await asyncio.sleep(3 * chance.random())
    while True:
        await viewer.connect()
        if stop.is_set():
            return
        assert viewer.connection
        await viewer.stay(chance.uniform(0.0, 6.0))
        if chance.random() < 0.3:
            viewer.connection.cut_half_way()
            await viewer.stay(2.0)
        viewer.connection.cut()
        await asyncio.sleep(chance.uniform(0.1, 1.0) if stop.is_set() else chance.uniform(0.1, 8.0))


@long
async def test_who_connects_while_thousands_of_positions_a_second_come_misses_none_of_them(tmp_path: Path) -> None:
    chance = random.Random(8)
    with running(tmp_path / "positions.db") as server:
        port = int(server.url.rpartition(":")[2])
        fleet = Roamers(50_000, chance)
        whole = (WEST - 1, SOUTH - 1, WEST + SIZE + 1, SOUTH + SIZE + 1)
        viewers = [Viewer(port, whole if number < 2 else box(chance)) for number in range(20)]
        async with Reporter(server) as reporter:
            await fleet.move(reporter)
            for _ in range(ROUNDS):
                stop = asyncio.Event()
                async with asyncio.TaskGroup() as tasks:
                    for viewer in viewers:
                        elsewhere = viewer not in viewers[:2]
                        tasks.create_task(look_afresh_again_and_again(viewer, stop, chance, elsewhere=elsewhere))
                    pace = asyncio.get_running_loop().time()
                    for number in range(10):
                        await fleet.move(reporter, fleet.some(1000))
                        await asyncio.sleep(pace + 0.2 * number - asyncio.get_running_loop().time())
                    stop.set()
                await exact(viewers, fleet)
        assert "Traceback" not in server.output()
    assert not any(viewer.went_back for viewer in viewers)
    assert all(snapshot for viewer in viewers for snapshot, _, _ in viewer.answers)
    assert sum(len(viewer.answers) for viewer in viewers) > ROUNDS * len(viewers)


async def look_afresh_again_and_again(
    viewer: Viewer, stop: asyncio.Event, chance: random.Random, *, elsewhere: bool
) -> None:
    """Until `stop` is set; then it keeps the connection that it has, made while positions came."""
    while not stop.is_set():
        if viewer.connection:
            viewer.connection.cut()
        if elsewhere:
            viewer.box, viewer.zoom = box(chance), chance.choice([None, 12.0, 14.0, 16.0])
        await viewer.connect(afresh=True)
        await viewer.answered()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(chance.uniform(0.0, 0.8)):
                await stop.wait()


async def test_all_come_back_to_a_server_that_was_killed_and_begin_anew_once(tmp_path: Path) -> None:
    chance = random.Random(11)
    store = tmp_path / "positions.db"
    stop = asyncio.Event()
    with running(store) as server:
        port = int(server.url.rpartition(":")[2])
        fleet = Roamers(2000, chance)
        viewers = [Viewer(port, box(chance), zoom=chance.choice([None, 9.5])) for _ in range(500)]
        async with Reporter(server) as reporter:
            await fleet.move(reporter)
            keeping = [asyncio.create_task(viewer.keep(stop, chance)) for viewer in viewers]
            for _ in range(3):
                await fleet.move(reporter, fleet.some(500))
            await exact(viewers, fleet)
        before = {viewer.answers[0][2] for viewer in viewers}
        assert [len(viewer.answers) for viewer in viewers] == [1] * len(viewers)
        server.stop(signal.SIGKILL)
    with running(store, "--port", str(port)) as server:
        async with Reporter(server) as reporter:
            for _ in range(5):
                await fleet.move(reporter, fleet.some(500))
            await exact(viewers, fleet)
        stop.set()
        await asyncio.gather(*keeping)
        after = {viewer.answers[1][2] for viewer in viewers}
        assert "Traceback" not in server.output()
    assert [len(viewer.answers) for viewer in viewers] == [2] * len(viewers)
    assert all(snapshot for viewer in viewers for snapshot, _, _ in viewer.answers)
    assert all(offered and {offered.epoch} == before for viewer in viewers for _, offered, _ in viewer.answers[1:])
    assert len(before) == len(after) == 1
    assert before != after
