"""What the live client says of its view, and which place it offers to come back to."""

import pytest

from herenow.client.view_state import ResumePoint, ViewState
from herenow.wire import binary
from herenow.wire.binary import REQUESTED
from tests.support.live_client import EPOCH, HERE, OTHER, THERE, again, at, following, message, ping, sent


def test_a_view_is_sent_once_a_link_and_after_each_look() -> None:
    viewer = ViewState()
    viewer.linked(binary.SUBPROTOCOL)
    assert viewer.say() is None
    viewer.set_view(HERE)
    viewer.set_view(THERE)
    assert sent(viewer) == {"type": "view", "id": 2, "columns": list(REQUESTED), "devices": ["a", "b"]}
    assert viewer.say() is None
    assert again(viewer)["id"] == 2


def test_a_box_is_sent_with_its_zoom() -> None:
    viewer = ViewState()
    viewer.set_view(HERE)
    assert sent(viewer) == {
        "type": "view",
        "id": 1,
        "columns": list(REQUESTED),
        "bbox": [-98.0, 30.1, -97.4, 30.6],
        "zoom": 10,
    }


def test_a_place_is_offered_to_the_next_link() -> None:
    assert again(following())["resume"] == {"epoch": EPOCH, "seq": 41}


def test_a_place_is_one_value_with_its_epoch_and_its_view() -> None:
    viewer = following()
    assert viewer.resume_point == ResumePoint(HERE, EPOCH, 41)
    again(viewer)
    viewer.take(message("snapshot", 3, view=1, epoch=OTHER))
    assert viewer.resume_point == ResumePoint(HERE, OTHER, 3)
    assert again(viewer)["resume"] == {"epoch": OTHER, "seq": 3}


@pytest.mark.parametrize("frame", [message("update", 44, at("a", 1)), message("update", 44), ping(44)])
def test_each_later_update_and_ping_advances_the_place(frame: str) -> None:
    viewer = following()
    viewer.take(frame)
    assert viewer.resume_point == ResumePoint(HERE, EPOCH, 44)


def test_a_place_never_goes_back_within_an_epoch() -> None:
    viewer = following()
    viewer.take(ping(7))
    viewer.take(message("update", 8))
    assert viewer.resume_point == ResumePoint(HERE, EPOCH, 41)


@pytest.mark.parametrize(
    "frame", [message("update", 44, at("a", 1)), message("snapshot", 44, at("a", 1), view=1), ping(44)]
)
def test_what_arrives_before_the_answer_to_the_latest_view_makes_no_place(frame: str) -> None:
    viewer = following()
    viewer.set_view(THERE)
    viewer.take(frame)
    sent(viewer)
    viewer.take(frame)
    assert viewer.resume_point is None
    assert "resume" not in again(viewer)


def test_a_place_holds_while_the_next_link_has_not_answered() -> None:
    viewer = following()
    again(viewer)
    viewer.take(ping(60))
    viewer.take(message("update", 61, at("a", 5)))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 41}


def test_an_answer_to_the_view_before_makes_no_place_for_the_next() -> None:
    viewer = following()
    viewer.set_view(THERE)
    viewer.take(message("snapshot", 44, at("a", 1), view=1))
    assert viewer.resume_point is None
    assert "resume" not in again(viewer)


def test_an_answer_before_the_view_was_sent_on_this_link_is_ignored() -> None:
    viewer = following()
    viewer.linked(binary.SUBPROTOCOL)
    assert viewer.take(message("update", 60, at("a", 1), view=1)) is None
    assert sent(viewer)["resume"] == {"epoch": EPOCH, "seq": 41}


def test_a_look_without_a_link_means_no_resume() -> None:
    viewer = following()
    viewer.set_view(THERE)
    viewer.set_view(HERE)
    viewer.linked(binary.SUBPROTOCOL)
    assert "resume" not in sent(viewer)


def test_a_place_is_not_offered_where_the_encoding_is_another() -> None:
    viewer = following()
    viewer.linked("herenow.json.v1")
    assert "resume" not in sent(viewer)
