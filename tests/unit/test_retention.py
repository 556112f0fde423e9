"""How long positions are kept, as it is written and as it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.retention import Retention, read_retention


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ever", Retention()),
        ("90", Retention(90)),
        ("ever, bus=30", Retention(None, {"bus": 30})),
        ("90 , city bus = 7,ship=ever", Retention(90, {"city bus": 7, "ship": None})),
    ],
)
def test_days_are_read_for_all_and_by_kind(text: str, meant: Retention) -> None:
    assert read_retention(text) == meant


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "bus", "bus=", "=30", "90,,", "bus=0", "never", "³"])
def test_what_is_no_number_of_days_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="expected days like 90 or ever"):
        read_retention(text)


def test_a_kind_of_its_own_goes_before_what_holds_for_all() -> None:
    keep = read_retention("90, bus=7, ship=ever")
    assert [keep.of(kind) for kind in ("bus", "ship", "phone", None)] == [7, None, 90, 90]
    assert keep.shortest == 7
    assert read_retention("ever, ship=ever").shortest is None


days = st.none() | st.integers(1, 4000)


@given(days, st.dictionaries(st.sampled_from(["bus", "ship"]), days), st.integers(1, 4000))
def test_within_a_limit_nothing_is_kept_longer(whole: int | None, by_kind: dict[str, int | None], most: int) -> None:
    keep = Retention(whole, by_kind)
    for kind in ("bus", "ship", "phone"):
        before, after = keep.of(kind), keep.within(most).of(kind)
        assert after == (most if before is None else min(before, most))
