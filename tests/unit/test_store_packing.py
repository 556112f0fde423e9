"""What a store keeps of an hour of a device: every position comes back to the bit, in few bytes."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.clock import HOUR
from herenow.model.position import Position
from herenow.store.merging import merged
from herenow.store.packing import MANY, Damaged, is_brief, pack, unpack, unpack_track
from herenow.store.track import track
from tests.support.positions import NOW, position

whole = st.integers(-(2**63), 2**63 - 1)
number = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9).map(lambda value: value / 10**6),
    st.integers(0, 360).map(float),
)
perhaps = st.none() | number
some_number = st.none() | st.floats(0, 1000) | st.integers(0, 10**7).map(lambda value: value / 10**4)
value = st.none() | st.booleans() | st.text(max_size=5) | whole | st.floats(allow_nan=False, allow_infinity=False)
positions = st.builds(
    Position,
    st.just("a"),
    whole,
    st.integers(0, 2**32 - 1),
    number,
    number,
    perhaps,
    perhaps,
    perhaps,
    perhaps,
    perhaps,
    st.none() | st.dictionaries(st.text(max_size=5), value, min_size=1, max_size=3),
    whole,
    st.text(max_size=5),
    st.none() | st.integers(0, 255),
    perhaps,
)


def bits(found: list[Position]) -> bytes:
    """What distinguishes 0.0 from −0.0, 1 from 1.0 and one order of attributes from another."""
    return msgspec.msgpack.encode(found)


@given(st.lists(positions, min_size=1, max_size=5), st.integers(1, 3 * MANY), st.booleans())
def test_what_is_packed_comes_back_to_the_bit(some: list[Position], count: int, briefly: bool) -> None:
    many = (some * count)[:count]
    assert bits(unpack("a", pack(many, briefly=briefly))) == bits(many)


plausible = st.builds(
    Position,
    st.just("a"),
    st.integers(-(2**45), 2**45),
    st.integers(0, 2**32 - 1),
    st.floats(-90, 90),
    st.floats(-180, 180),
    *[some_number] * 5,
    st.none(),
    whole,
    st.just("http"),
)


@given(st.lists(plausible, min_size=1, max_size=5), st.integers(1, 3 * MANY), st.booleans())
def test_a_track_of_a_block_is_that_of_its_positions(some: list[Position], count: int, briefly: bool) -> None:
    many = (some * count)[:count]
    ties, found = unpack_track(pack(many, briefly=briefly))
    assert ties.tolist() == [one.tie for one in many]
    assert found.tobytes() == track(many).tobytes()


@given(st.lists(positions, min_size=2, max_size=9), st.randoms())
def test_positions_that_have_little_in_common_come_back_too(some: list[Position], chance: random.Random) -> None:
    many = chance.choices(some, k=MANY + 20)
    assert bits(unpack("a", pack(many))) == bits(many)


def an_hour(decimals: int | None) -> list[Position]:
    chance, found = random.Random(1), []
    latitude, longitude = 60.1, 24.9
    for second in range(3600):
        latitude, longitude = latitude + chance.uniform(-1e-4, 1e-4), longitude + chance.uniform(-1e-4, 1e-4)
        north, east = (
            (latitude, longitude) if decimals is None else (round(latitude, decimals), round(longitude, decimals))
        )
        more = {"speed": round(chance.uniform(0, 20), 1), "course": float(chance.randrange(360)), "accuracy": 5.0}
        time = NOW + second * 1000
        received = time + chance.randrange(40)
        found.append(position("a", time, north, east, received=received, attributes={"kind": "car"}, **more))
    return found


@pytest.mark.parametrize(("decimals", "most"), [(6, 12), (7, 13), (None, 22)])
def test_a_position_of_an_hour_takes_few_bytes(decimals: int | None, most: int) -> None:
    many = an_hour(decimals)
    packed = pack(many)
    assert unpack("a", packed) == many
    assert len(packed) / len(many) < most


def test_only_what_is_packed_briefly_is_to_be_packed_again() -> None:
    few, many = [position("a")], an_hour(6)
    assert is_brief(pack(few, briefly=True))
    assert not is_brief(pack(few))
    assert not is_brief(pack(many, briefly=True))


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("briefly", [False, True])
def test_a_damaged_block_is_named_as_such(many: bool, briefly: bool) -> None:
    packed = pack(an_hour(6) if many else [position("a")], briefly=briefly)
    for broken in (b"", b"x", b"x" + packed[1:], packed[:1], packed[:-5], packed[:1] + b"\xc1" + packed[2:]):
        with pytest.raises(Damaged):
            unpack("a", broken)


later = st.sampled_from([{}, {"satellites": 7}, {"hdop": 0.9}, {"satellites": 7, "hdop": 0.9}])


@given(st.lists(st.tuples(st.integers(0, 5), later), max_size=30), st.randoms())
def test_positions_are_merged_once_each_in_order_of_time_and_completed(
    reports: list[tuple[int, dict[str, Any]]], chance: random.Random
) -> None:
    came = [position("a", NOW + HOUR * time, **more) for time, more in reports]
    track = merged(came)
    assert [one.time for one in track] == sorted({one.time for one in came})
    for one in track:
        same = [other for other in came if other.time == one.time]
        for name in ("satellites", "hdop"):
            assert getattr(one, name) == next((getattr(s, name) for s in same if getattr(s, name) is not None), None)
    assert merged([*track, *came]) == track
    cut = chance.randrange(len(came) + 1)
    assert merged([*merged(came[:cut]), *merged(came[cut:])]) == track
