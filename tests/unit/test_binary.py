"""`herenow.bin.v1` is as docs/protocol.md says, byte by byte; so are the samples that other readers are tested with."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.device import Device, first_seen
from herenow.wire import binary
from herenow.wire.json import encode_live, join, message
from tests.support.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"
EPOCH = bytes.fromhex("9f2c00ffab120077")

IS_BUS = {"kind": "bus", "name": "Bus 2007"}
BUS = first_seen(position("bus-2007", NOW, 30.26, -97.74, speed=8.1, course=271.0, attributes=IS_BUS))
QUIET = first_seen(position("quiet", NOW - 86_400_000, -90.0, 180.0))
PHONE = first_seen(
    position(
        "телефон-📱",
        NOW + 1,
        60.1234567,
        24.7654321,
        altitude=12.5,
        accuracy=4.0,
        battery=87.0,
        speed=0.25,
        course=359.99,
        attributes={"name": "Ayşe’nin telefonu", "kind": "phone", "ignition": True},
    )
)
FAST = first_seen(position("fast", NOW + 2, 0.0, -180.0, speed=7800.0, course=0.0, altitude=408_000.0))
MOVED = first_seen(position("bus-2007", NOW + 20, 30.261, -97.741, speed=8.0, course=270.0, attributes=IS_BUS))
SKY = first_seen(position("sky", NOW + 3, 1.0, 2.0, satellites=0, hdop=0.75, battery=50.0))

Block = tuple[list[tuple[int, Device]], list[int]]  # devices by number, and the numbers of those that are named
# kind, view, seq, blocks
SAMPLES: dict[str, tuple[int, int, int, list[Block]]] = {
    "snapshot": (
        binary.SNAPSHOT,
        7,
        41,
        [([(0, BUS), (1, QUIET)], [0, 1]), ([(70_000, PHONE), (3, FAST)], [70_000, 3])],
    ),
    "update": (binary.UPDATE, 0, 42, [([(0, MOVED)], [])]),
    "twice-in-one-frame": (binary.UPDATE, 0, 43, [([(1, QUIET), (0, BUS), (0, MOVED)], []), ([(3, FAST)], [3])]),
    "nothing-since": (binary.UPDATE, 8, 2**53 - 1, []),
    "empty-snapshot": (binary.SNAPSHOT, 4_294_967_295, 0, []),
    "unknown-number": (binary.UPDATE, 0, 45, [([(99, BUS)], [])]),
    "stale-at": (binary.UPDATE, 9, 46, [([(0, MOVED), (70_000, PHONE)], [0, 70_000]), ([(1, QUIET)], [1])]),
    "satellites": (binary.UPDATE, 10, 47, [([(4, SKY), (1, QUIET)], [4, 1]), ([(0, MOVED)], [0])]),
}
REQUESTED_COLUMNS = {46: ["stale_at"], 47: list(binary.REQUESTED)}  # by seq of a sample


def frame(kind: int, view: int, seq: int, blocks: Sequence[Block]) -> bytes:
    head = binary.head(kind, view, seq, NOW + 50, EPOCH)
    made = []
    for devices, named in blocks:
        names = [binary.name(number, device) for number, device in devices if number in named]
        made += binary.blocks(binary.records(devices), [0], [names], REQUESTED_COLUMNS.get(seq, ()))
    return head + b"".join(made)


def text(kind: int, view: int, seq: int, blocks: Sequence[Block]) -> dict[str, Any]:
    known = "unknown" if seq == 45 else ""  # numbers that were never named are passed over
    devices = [] if known else [encode_live(device) for block, _ in blocks for _, device in block]
    name = "snapshot" if kind == binary.SNAPSHOT else "update"
    twin: dict[str, Any] = json.loads(message(name, EPOCH.hex(), seq, NOW + 50, join(devices), view))
    for one in twin["positions"] if seq not in REQUESTED_COLUMNS else []:
        del one["stale_at"]  # in JSON it is always there
    return twin


def close(got: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same position, but for rounding."""
    assert got.keys() == expected.keys()
    for field, value in expected.items():
        if field == "stale_at":
            assert got[field] == -(-value // 1000) * 1000  # whole seconds, rounded up
        elif isinstance(value, float | int):
            assert got[field] == pytest.approx(min(value, 655.34) if field == "speed" else value, abs=0.006), field
        else:
            assert got[field] == value
    for field in ("latitude", "longitude"):
        assert got[field] == pytest.approx(expected[field], abs=0.51e-7)


def test_the_samples_are_what_is_written_today() -> None:
    assert json.loads((GOLDEN / "order.json").read_text()) == list(SAMPLES)
    for name, sample in SAMPLES.items():
        assert (GOLDEN / f"{name}.bin").read_bytes() == frame(*sample), name
        assert json.loads((GOLDEN / f"{name}.json").read_text()) == text(*sample), name


def test_the_samples_are_read_back_as_their_twins_in_json_say() -> None:
    names: binary.Names = {}
    for name in json.loads((GOLDEN / "order.json").read_text()):
        expected = json.loads((GOLDEN / f"{name}.json").read_text())
        head, positions = binary.decode((GOLDEN / f"{name}.bin").read_bytes(), names)
        assert (head.snapshot, head.seq, head.time, head.epoch) == (
            expected["type"] == "snapshot",
            expected["seq"],
            expected["time"],
            expected["epoch"],
        )
        assert head.view == expected.get("view", 0)
        for got, wanted in zip(map(msgspec.to_builtins, positions), expected["positions"], strict=True):
            close({field: value for field, value in got.items() if value is not None}, wanted)


def test_each_column_is_where_the_specification_says() -> None:
    data = frame(*SAMPLES["snapshot"])
    kind, view, seq, time = struct.unpack_from("<BxxxIdd", data)
    assert (kind, view, seq, time, data[24:32]) == (1, 7, 41.0, float(NOW + 50), EPOCH)
    length, count, named, flags = struct.unpack_from("<IIIB", data, 32)
    assert (count, named, flags, length % 8) == (2, 2, 0, 0)
    at = 48
    assert struct.unpack_from("<2d", data, at) == (NOW, NOW - 86_400_000)
    assert struct.unpack_from("<2I", data, at + 16) == (0, 1)
    assert struct.unpack_from("<2i", data, at + 24) == (-977_400_000, 1_800_000_000)
    assert struct.unpack_from("<2i", data, at + 32) == (302_600_000, -900_000_000)
    assert struct.unpack_from("<2H", data, at + 40) == (810, 65_535)
    assert struct.unpack_from("<2H", data, at + 44) == (27_100, 65_535)
    assert struct.unpack_from("<2B", data, at + 48) == (0, 2)
    at += 56  # 50 bytes of columns and 6 of padding
    assert struct.unpack_from("<IHHH", data, at) == (0, 8, 8, 3)
    assert data[at + 12 : at + 31] == b"bus-2007Bus 2007bus"
    assert struct.unpack_from("<IHHH", data, at + 32) == (1, 5, 0, 0)
    (_, count, _, flags) = struct.unpack_from("<IIIB", data, 32 + length)
    assert (count, flags) == (2, 7)


def test_the_time_of_going_stale_is_sent_to_viewers_that_request_it_alone() -> None:
    data = frame(*SAMPLES["stale-at"])
    assert struct.unpack_from("<B", data, 32 + 12) == (8 + 7,)
    assert struct.unpack_from("<B", frame(binary.UPDATE, 0, 1, [([(0, BUS)], [])]), 32 + 12) == (0,)
    at = 48 + 2 * (8 + 4 + 4 + 4) + 2 * 3 * 4  # behind the columns before it
    assert struct.unpack_from("<2I", data, at) == (NOW // 1000 + 301, NOW // 1000 + 301)


def test_later_columns_are_sent_to_those_alone_who_requested_them_and_where_a_position_knows_them() -> None:
    blocks = SAMPLES["satellites"][3]
    of = [binary.blocks(binary.records(one), [0], [[]], binary.REQUESTED)[0] for one, _ in blocks]
    assert [struct.unpack_from("<B", one, 12)[0] for one in of] == [4 + 8 + 16 + 32, 8]
    older = [binary.blocks(binary.records(one), [0], [[]], ["stale_at"])[0] for one, _ in blocks]
    assert [struct.unpack_from("<B", one, 12)[0] for one in older] == [4 + 8, 8]
    at = 16 + 2 * (8 + 4 + 4 + 4) + 2 * 4 + 2 * 4  # behind the battery and stale_at
    assert struct.unpack_from("<2f", of[0], at)[0] == 0
    assert struct.unpack_from("<2f", of[0], at + 8)[0] == 0.75


@pytest.mark.parametrize("flag", [64, 128])
def test_a_frame_with_columns_that_nobody_knows_is_refused(flag: int) -> None:
    data = bytearray(frame(*SAMPLES["update"]))
    data[32 + 12] |= flag
    with pytest.raises(ValueError, match="sum of column flags"):
        binary.decode(bytes(data), {})


def test_a_position_without_optional_columns_costs_25_bytes() -> None:
    one, many = (len(frame(binary.UPDATE, 0, 1, [([(0, BUS)] * count, [])])) for count in (8, 1008))
    assert (many - one) / 1000 == 25


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_frame_cut_short_or_changed_is_refused_or_read_and_never_anything_else(
    name: str, data: st.DataObject
) -> None:
    whole = bytearray((GOLDEN / f"{name}.bin").read_bytes())
    cut = data.draw(st.integers(0, len(whole)))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    names: binary.Names = {9: ("kept", None, None)}
    try:
        binary.decode(bytes(whole[:cut]), names)
    except ValueError:
        assert names == {9: ("kept", None, None)}


def write() -> None:
    """The samples anew."""
    (GOLDEN / "order.json").write_text(json.dumps(list(SAMPLES)) + "\n")
    for name, sample in SAMPLES.items():
        (GOLDEN / f"{name}.bin").write_bytes(frame(*sample))
        (GOLDEN / f"{name}.json").write_text(json.dumps(text(*sample), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    write()
