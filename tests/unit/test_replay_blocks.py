"""Blocks of history to be played, byte by byte as docs/protocol.md says; the web client reads the same ones."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from herenow.history.queries.replay_blocks import COLUMNS, UNKNOWN, decode, encode
from herenow.history.tracks.quality import without_flags
from herenow.model.clock import HOUR
from herenow.store.track import track
from tests.support.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"
START = NOW // HOUR * HOUR
# Across the 180th meridian, past north, faster than the columns can tell, and a name that is no ASCII.
DRIVE = [
    position("bus 7", START + 500, 60.1, 179.9999, speed=12.34, course=359.5),
    position("bus 7", START + 10_500, 60.1001, -179.9999, speed=700.0, course=1.5),
    position("bus 7", START + HOUR - 1, 60.1002, -179.9998),
]
WALK = [position("Jürgen", START + 1000 * second, -33.0 + second / 1e5, -70.0, speed=0.0) for second in (0, 4, 9, 11)]


def block(level: int) -> bytes:
    tracks = [("bus 7", "bus", DRIVE), ("Jürgen", "", WALK)]
    return encode(START, level, [(name, kind, without_flags(track(found))) for name, kind, found in tracks])


def columns(body: bytes) -> dict[str, Any]:
    """What the web client is to read in it."""
    head, rows = decode(body)
    return {"head": msgspec.to_builtins(head), **{name: rows[name].tolist() for name in COLUMNS.names or ()}}


def samples() -> dict[str, bytes]:
    """What is in tests/golden."""
    written = {"replay-block.bin": block(0), "replay-block-thinned.bin": block(1)}
    twins = {name.replace(".bin", ".json"): columns(body) for name, body in written.items()}
    return written | {name: json.dumps(twin, indent=1).encode() + b"\n" for name, twin in twins.items()}


def test_a_block_is_what_it_was() -> None:
    for name, body in samples().items():
        assert (GOLDEN / name).read_bytes() == body, name


def test_a_block_tells_where_each_device_was_oldest_first_and_what_is_not_known() -> None:
    decoded = columns(block(0))
    assert decoded["head"]["devices"] == ["Jürgen", "bus 7"]
    assert decoded["head"]["counts"] == [len(WALK), len(DRIVE)]
    assert decoded["time"] == [one.time - START for one in [*WALK, *DRIVE]]
    assert decoded["longitude"][-3:] == [1_799_999_000, -1_799_999_000, -1_799_998_000]
    assert decoded["speed"][-3:] == [1234, UNKNOWN - 1, UNKNOWN]
    assert decoded["course"] == [UNKNOWN] * 4 + [35_950, 150, UNKNOWN]


def test_a_thinned_block_has_the_first_position_of_each_step() -> None:
    decoded = columns(block(1))
    assert decoded["head"]["step"] == 10_000
    kept = [*WALK[:1], WALK[3], *DRIVE]
    assert decoded["time"] == [one.time - START for one in kept]


if __name__ == "__main__":
    for _name, _bytes in samples().items():
        (GOLDEN / _name).write_bytes(_bytes)
    sys.exit()
