"""Packs positions into messages for the shards' queues: while a message of a shard is under way, what comes for that
shard waits and goes together in the next. One position alone goes at once, thousands go hundreds at a time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from herenow.bus.rabbitmq.confirmed_sender import ConfirmedSender
from herenow.bus.rabbitmq.topology import shard_of, shard_queue
from herenow.errors import BusUnavailable
from herenow.model.clock import now
from herenow.model.position import Position
from herenow.wire.internal import pack_position, pack_shipment

MAX_PUBLISHED = 100_000  # positions not confirmed yet; beyond it `publish` refuses
MAX_MESSAGE = 500  # positions
MAX_BYTES = 256 * 1024  # of a message, about: positions with large attributes travel fewer at a time
UNDER_WAY = 2  # messages of a shard that are not confirmed
PUBLISH_DEADLINE = 10.0  # s


class _Publication:
    """One call of `publish`: settled with the last of its parts, or the first that fails."""

    def __init__(self) -> None:
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.published = now()  # ms
        self.parts = 0

    def part_sent(self, failure: str | None) -> None:
        self.parts -= 1
        if self.settled.done():
            return
        if failure is not None:
            self.settled.set_exception(BusUnavailable(failure))
        elif not self.parts:
            self.settled.set_result(None)


class _Part:
    """Packed positions of one publication for one shard, together small enough for a message."""

    def __init__(self, publication: _Publication, packed: list[bytes]) -> None:
        self.publication = publication
        self.packed = packed
        self.size = sum(map(len, packed))


class Publisher:
    def __init__(self, outbox: ConfirmedSender, shards: int) -> None:
        self._outbox = outbox
        self._published = 0  # positions not confirmed yet
        self._waiting: list[deque[_Part]] = [deque() for _ in range(shards)]
        self._under_way = [0] * shards  # messages

    async def publish(self, positions: Sequence[Position]) -> None:
        if self._outbox.trouble:
            raise BusUnavailable(self._outbox.trouble)
        if self._published + len(positions) > MAX_PUBLISHED:
            raise BusUnavailable("RabbitMQ is behind with its confirms; send it again later")
        if not positions:
            return
        publication = _Publication()
        self._published += len(positions)
        try:
            for shard, parts in self._shared_out(publication, positions).items():
                self._waiting[shard].extend(parts)
                self._send(shard)
            async with asyncio.timeout(PUBLISH_DEADLINE):
                await publication.settled
        except TimeoutError as error:
            raise BusUnavailable(f"RabbitMQ did not confirm within {PUBLISH_DEADLINE:.0f} s; send it again") from error
        finally:
            self._published -= len(positions)

    def _shared_out(self, publication: _Publication, positions: Sequence[Position]) -> dict[int, list[_Part]]:
        packed: dict[int, list[bytes]] = {}
        shards = len(self._waiting)
        for position in positions:
            packed.setdefault(shard_of(position.device_id, shards), []).append(pack_position(position))
        parts = {
            shard: [_Part(publication, piece) for piece in _pieces(positions)] for shard, positions in packed.items()
        }
        publication.parts = sum(map(len, parts.values()))
        return parts

    def _send(self, shard: int) -> None:
        while self._waiting[shard] and self._under_way[shard] < UNDER_WAY:
            parts = self._take(self._waiting[shard])
            if not parts:
                continue
            published = min(part.publication.published for part in parts)
            body = pack_shipment(published, [packed for part in parts for packed in part.packed])
            try:
                sent = self._outbox.send("", shard_queue(shard), body)
            except BusUnavailable as error:
                _settle(parts, str(error))
            else:
                self._under_way[shard] += 1
                sent.add_done_callback(partial(self._sent, shard, parts))

    def _take(self, waiting: deque[_Part]) -> list[_Part]:
        """What goes together in the next message; what was given up meanwhile does not."""
        parts: list[_Part] = []
        count = size = 0
        while waiting:
            part = waiting[0]
            if not part.publication.settled.done():
                count, size = count + len(part.packed), size + part.size
                if parts and (count > MAX_MESSAGE or size > MAX_BYTES):
                    break
                parts.append(part)
            waiting.popleft()
        return parts

    def _sent(self, shard: int, parts: list[_Part], sent: asyncio.Future[None]) -> None:
        self._under_way[shard] -= 1
        error = sent.exception()
        _settle(parts, None if error is None else str(error))
        self._send(shard)


def _settle(parts: list[_Part], failure: str | None) -> None:
    for part in parts:
        part.publication.part_sent(failure)


def _pieces(packed: Sequence[bytes]) -> list[list[bytes]]:
    pieces: list[list[bytes]] = []
    room = 0
    for position in packed:
        if not pieces or len(pieces[-1]) == MAX_MESSAGE or len(position) > room:
            pieces.append([])
            room = MAX_BYTES
        pieces[-1].append(position)
        room -= len(position)
    return pieces
