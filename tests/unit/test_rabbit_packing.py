"""How publications become messages, and how a follower finds that news were lost; without a broker."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.bus.rabbitmq import news
from herenow.bus.rabbitmq.confirmed_sender import ConfirmedSender
from herenow.bus.rabbitmq.news import Numbers
from herenow.bus.rabbitmq.publisher import MAX_BYTES, MAX_MESSAGE, Publisher, _Part, _pieces, _Publication
from herenow.bus.rabbitmq.topology import shard_of
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.wire.internal import Bulletin, pack_position, pack_shipment, unpack_shipment
from tests.support.positions import NOW, position

SIZES = st.lists(st.integers(1, 5000), max_size=1500)


@given(SIZES)
def test_pieces_keep_everything_in_order_and_are_bounded(sizes: list[int]) -> None:
    packed = [b"x" * size for size in sizes]
    pieces = _pieces(packed)
    assert [one for piece in pieces for one in piece] == packed
    assert all(0 < len(piece) <= MAX_MESSAGE and sum(map(len, piece)) <= MAX_BYTES for piece in pieces)


def test_a_position_larger_than_a_message_travels_alone() -> None:
    large = b"x" * (MAX_BYTES + 1)
    assert _pieces([b"a", large, b"b"]) == [[b"a"], [large], [b"b"]]


async def take_all(publications: list[list[int]], given_up: set[int]) -> tuple[list[list[bytes]], list[bytes]]:
    """The messages that publications of these sizes become, and what they should carry."""
    publisher = Publisher(ConfirmedSender(RabbitUrl(())), 1)
    waiting = publisher._waiting[0]  # noqa: SLF001
    expected = []
    for number, sizes in enumerate(publications):
        publication = _Publication()
        packed = [b"%d,%d," % (number, index) + b"x" * size for index, size in enumerate(sizes)]
        waiting.extend(_Part(publication, piece) for piece in _pieces(packed))
        if number in given_up:
            publication.settled.cancel()
        else:
            expected += packed
    messages = []
    while waiting:
        messages.append([one for part in publisher._take(waiting) for one in part.packed])  # noqa: SLF001
    return messages, expected


@given(st.lists(st.lists(st.integers(1, 5000), max_size=300), max_size=12), st.sets(st.integers(0, 11)))
def test_messages_carry_all_that_was_not_given_up_in_order_and_are_bounded(
    publications: list[list[int]], given_up: set[int]
) -> None:
    messages, expected = asyncio.run(take_all(publications, given_up))
    assert [one for message in messages for one in message] == expected
    assert all(len(message) <= MAX_MESSAGE and sum(map(len, message)) <= MAX_BYTES for message in messages)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=50), st.integers(1, 8))
def test_a_device_has_one_shard_and_keeps_its_order_there(devices: list[str], shards: int) -> None:
    async def share_out() -> dict[int, list[bytes]]:
        publisher = Publisher(ConfirmedSender(RabbitUrl(())), shards)
        shared = publisher._shared_out(_Publication(), positions)  # noqa: SLF001
        return {shard: [one for part in parts for one in part.packed] for shard, parts in shared.items()}

    positions = [position(device, NOW + number) for number, device in enumerate(devices)]
    shared = asyncio.run(share_out())
    for shard, packed in shared.items():
        assert packed == [pack_position(one) for one in positions if shard_of(one.device_id, shards) == shard]
    assert sum(map(len, shared.values())) == len(positions)


@given(st.integers(0, 2**62), st.lists(st.builds(position, st.text("äbc", min_size=1), st.integers(NOW, NOW + 9))))
def test_a_shipment_put_together_from_pieces_is_read_as_one(published: int, positions: list[object]) -> None:
    shipment = unpack_shipment(pack_shipment(published, [pack_position(one) for one in positions]))
    assert (shipment.published, shipment.positions) == (published, positions)


def bulletin(seq: int, epoch: str = "run") -> Bulletin:
    return Bulletin(epoch, seq, None, None, [])


@given(st.integers(1, 1000), st.lists(st.booleans(), max_size=40))
def test_a_number_that_never_came_is_missed_once_and_no_other(first: int, arrives: list[bool]) -> None:
    numbers = Numbers()
    assert not numbers.missed(bulletin(first))
    hole = False
    for seq, comes in enumerate(arrives, first + 1):
        if comes:
            assert numbers.missed(bulletin(seq)) == hole
        hole = not comes


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_whatever_comes_in_whatever_order_a_jump_ahead_is_missed(seqs: list[int]) -> None:
    numbers = Numbers()
    highest: int | None = None
    for seq in seqs:
        assert numbers.missed(bulletin(seq)) == (highest is not None and seq > highest + 1)
        highest = max(seq, highest or 0)


def test_a_run_that_is_silent_for_long_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = Numbers()
    assert not numbers.missed(bulletin(1, "old"))
    monkeypatch.setattr(news, "FORGET_AFTER", -1.0)
    assert not numbers.missed(bulletin(1, "new"))
    assert not numbers.missed(bulletin(7, "old"))
