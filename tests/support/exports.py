"""Positions for exports, and the exports of them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from herenow.history.export.formats import FORMATS
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import MEASURED, MeasuredField, Position
from herenow.model.report import EARLIEST
from tests.support.positions import NOW, position

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def written(name: str, parts: Sequence[Sequence[Position]]) -> bytes:
    """An export of positions that come in parts."""
    export = FORMATS[name].make()
    return b"".join([export.begin(), *map(export.add, parts), export.end()])


def moment(text: str) -> int:
    """Unix ms."""
    return round(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp() * 1000)


_device_ids = st.one_of(
    st.sampled_from(["bus-1", " bus ", "=1+1", '"', "a,b;c", "<x>&]]>", "document", "\u2028"]),
    st.text(min_size=1, max_size=20),
).filter(lambda text: not _CONTROL.search(text))

_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
_attributes = st.none() | st.dictionaries(st.text(max_size=10), _values, max_size=4)


def _known(field: MeasuredField) -> st.SearchStrategy[float | None]:
    whole = st.integers(int(field.least), int(field.most))
    return st.none() | (whole if field.whole else st.floats(field.least, field.most))


_steps = st.lists(
    st.sampled_from([0, 1, 999, 60_000, MAX_LEG_TIME, MAX_LEG_TIME + 1, 86_400_000]) | st.integers(0, 10**9), max_size=6
)
_contents: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "latitude": st.floats(-90, 90),
        "longitude": st.floats(-180, 180),
        **{name: _known(field) for name, field in MEASURED.items()},
        "attributes": _attributes,
        "received": st.integers(NOW, NOW + 1000),
    }
)


@st.composite
def positions_in_order(draw: st.DrawFn, lacking: str = "") -> list[Position]:
    """Any positions, in the order in which they are stored; their device ids lack some characters."""
    device_ids = _device_ids.filter(lambda text: not any(letter in text for letter in lacking))
    found = set[tuple[str, int, int]]()
    positions = []
    for device_id in draw(st.lists(device_ids, max_size=3, unique=True)):
        time = draw(st.integers(EARLIEST, NOW))
        for step in draw(_steps):
            time += step
            one = position(device_id, time, **draw(_contents))
            if (one.device_id, *one.version) not in found:
                found.add((one.device_id, *one.version))
                positions.append(one)
    return sorted(positions, key=lambda one: (one.device_id, one.version))


@st.composite
def split(draw: st.DrawFn, positions: list[Position]) -> list[list[Position]]:
    """The same positions in any number of parts, some of them empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(positions)), max_size=5)))
    return [positions[start:end] for start, end in zip([0, *cuts], [*cuts, len(positions)], strict=True)]
