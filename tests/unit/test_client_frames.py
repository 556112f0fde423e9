"""What the live client makes of frames."""

import json
from pathlib import Path

import msgspec
import pytest

from herenow.client.change import Change
from herenow.client.messages import Answer
from herenow.client.view_state import OutOfSync, ResumePoint, ViewState
from herenow.model.device import first_seen
from herenow.wire import binary
from tests.support.live_client import EPOCH, HERE, OTHER, THERE, again, at, changed, following, linked, message, sent
from tests.support.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"


def test_an_update_answers_what_was_offered_and_everything_else_stays() -> None:
    viewer = following()
    again(viewer)
    change = changed(viewer, message("update", 50, at("b", 1), view=1))
    assert (change.snapshot, change.positions) == (False, [at("b", 1)])
    assert viewer.positions == {"a": at("a", 0), "b": at("b", 1)}
    assert viewer.resume_point == ResumePoint(HERE, EPOCH, 50)


def test_a_snapshot_replaces_even_newer_positions() -> None:
    viewer = following()
    change = changed(viewer, message("snapshot", 2, at("a", -5), at("c", 0), view=1, epoch=OTHER))
    assert change.snapshot
    assert viewer.positions == {"a": at("a", -5), "c": at("c", 0)}


def test_a_snapshot_for_who_fell_too_far_behind_answers_no_view_and_the_place_goes_on_from_it() -> None:
    viewer = following()
    assert changed(viewer, message("snapshot", 90, at("b", 0))).snapshot
    assert viewer.resume_point == ResumePoint(HERE, EPOCH, 90)
    viewer.take(message("update", 91, at("b", 1)))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 91}
    viewer.take(message("snapshot", 95, at("c", 0)))
    assert viewer.resume_point is None  # this link has not answered yet


def test_an_update_never_takes_a_device_back_in_time() -> None:
    viewer = following()
    assert viewer.take(message("update", 42, at("a", -1))) is None
    change = changed(viewer, message("update", 43, at("a", 1), at("a", 0), at("a", 2)))
    assert change.positions == [at("a", 1), at("a", 2)]
    assert viewer.positions == {"a": at("a", 2)}


def test_what_is_sent_twice_is_delivered_once() -> None:
    viewer = following()
    changed(viewer, message("update", 42, at("b", 1)))
    again(viewer)
    assert viewer.take(message("update", 42, at("a", 0), at("b", 1), view=1)) is None


def test_another_status_of_the_same_fix_is_delivered() -> None:
    viewer = following()
    still = msgspec.structs.replace(at("a", 0), status="idle")
    assert changed(viewer, message("update", 42, still)).positions == [still]


def test_updates_of_the_view_before_are_merged_until_the_new_one_is_answered() -> None:
    viewer = following()
    viewer.set_view(THERE)
    assert changed(viewer, message("update", 42, at("a", 1))).positions == [at("a", 1)]
    sent(viewer)
    assert changed(viewer, message("snapshot", 43, at("b", 1), view=2)).snapshot
    assert viewer.positions == {"b": at("b", 1)}
    assert viewer.resume_point == ResumePoint(THERE, EPOCH, 43)


def test_an_update_before_any_answer_on_a_link_is_passed_over() -> None:
    viewer = linked()
    assert viewer.take(message("update", 40, at("a", 0))) is None
    assert viewer.positions == {}


def test_an_update_that_answers_what_was_not_offered_leads_astray() -> None:
    with pytest.raises(OutOfSync, match="expected a snapshot for view 1, got an update"):
        linked().take(message("update", 50, at("b", 1), view=1))


@pytest.mark.parametrize("view", [0, 1])
def test_an_update_of_another_epoch_leads_astray_and_is_not_merged(view: int) -> None:
    viewer = following()
    if view:
        again(viewer)
    with pytest.raises(OutOfSync, match=f"expected an update of epoch {EPOCH}, got one of {OTHER}"):
        viewer.take(message("update", 50, at("b", 1), epoch=OTHER, view=view))
    assert viewer.positions == {"a": at("a", 0)}
    assert "resume" not in again(viewer)


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x01\x00", b"\xff" * 64, "", "{", "[]", "null", '{"type": 5}', '{"type":"update"}', '{"type":"ping"}',
     "[" * 100_000, message("update", 50, at("a", 1)).replace('"latitude":60.0', '"latitude":"north"')],
)  # fmt: skip
def test_garbage_is_counted_and_passed_over(frame: str | bytes) -> None:
    viewer = following()
    assert viewer.take(frame) is None
    assert viewer.garbled == 1
    assert viewer.positions == {"a": at("a", 0)}
    assert changed(viewer, message("update", 51, at("a", 2))).positions == [at("a", 2)]


def test_after_garbage_no_place_is_offered_since_it_may_have_been_positions() -> None:
    viewer = following()
    viewer.take(b"\x02 not a frame")
    viewer.take(message("update", 50, at("a", 1)))
    assert "resume" not in again(viewer)
    viewer.take(message("snapshot", 51, view=1))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 51}


@pytest.mark.parametrize("frame", ['{"type": "event", "seq": "x"}', '{"type": "yet to be made", "positions": 3}'])
def test_a_type_that_is_not_known_is_passed_over(frame: str) -> None:
    viewer = following()
    assert viewer.take(frame) is None
    assert (viewer.garbled, viewer.resume_point) == (0, ResumePoint(HERE, EPOCH, 41))


def test_the_newest_statistics_are_kept() -> None:
    viewer = ViewState()
    assert viewer.stats is None
    for devices in (1, 2):
        viewer.take(json.dumps({"type": "stats", "devices": devices, "backlog": None}))
    assert viewer.stats == {"devices": 2, "backlog": None}


def test_a_receipt_is_handed_on() -> None:
    receipt = '{"type":"receipt","id":3,"accepted":2,"rejected":[{"index":1,"field":null,"reason":"no"}]}'
    answer = ViewState().take(receipt)
    assert isinstance(answer, Answer)
    assert (answer.id, answer.accepted, answer.rejected[0].reason, answer.detail) == (3, 2, "no", None)


def test_both_encodings_of_every_golden_sample_give_the_same_changes() -> None:
    one, other = linked(), linked()
    for name in json.loads((GOLDEN / "order.json").read_text()):
        change = one.take((GOLDEN / f"{name}.bin").read_bytes())
        assert _rounded(change) == _rounded(other.take((GOLDEN / f"{name}.json").read_text()))
    assert one.garbled == other.garbled == 0
    assert _rounded(Change(list(one.positions.values()), snapshot=True, time=0)) == _rounded(
        Change(list(other.positions.values()), snapshot=True, time=0)
    )


def _rounded(change: object) -> object:
    if not isinstance(change, Change):
        return change
    rows = [
        msgspec.structs.replace(
            one, speed=min(one.speed or 0.0, 655.34), stale_at=one.stale_at and -(-one.stale_at // 1000)
        )
        for one in change.positions
    ]
    cut = [
        [round(value, 2) if isinstance(value, float) else value for value in msgspec.structs.astuple(row)]
        for row in rows
    ]
    return change.snapshot, change.time, cut


def frame(kind: int, view: int, seq: int, epoch: str, named: str = "") -> bytes:
    """One device with the number 0, as many ms after NOW as `seq`, with its name where that is given."""
    device = first_seen(position(named or "unnamed", NOW + seq))
    names = [[binary.name(0, device)] if named else []]
    blocks = binary.blocks(binary.records([(0, device)]), [0], names)
    return binary.head(kind, view, seq, NOW, bytes.fromhex(epoch)) + b"".join(blocks)


def test_names_are_kept_for_the_next_link() -> None:
    viewer = linked()
    viewer.take(frame(binary.SNAPSHOT, 1, 41, EPOCH, "a"))
    again(viewer)
    assert changed(viewer, frame(binary.UPDATE, 1, 42, EPOCH)).positions[0].device_id == "a"


def test_a_binary_update_before_the_answer_teaches_no_names() -> None:
    viewer = linked()
    viewer.take(frame(binary.SNAPSHOT, 1, 41, EPOCH, "a"))
    again(viewer)
    assert viewer.take(frame(binary.UPDATE, 0, 7, OTHER, "b")) is None
    assert changed(viewer, frame(binary.UPDATE, 1, 42, EPOCH)).positions[0].device_id == "a"
