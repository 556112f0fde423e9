"""The state of a viewer across links, its messages, and what it reads from a frame. Has no socket and no loop."""

from collections.abc import Mapping

import msgspec

from herenow.client.change import Change, merge
from herenow.client.messages import Answer, ErrorMessage, Ping, PositionsMessage, StatsMessage, read
from herenow.errors import Unavailable
from herenow.model.view import View
from herenow.wire import binary, json
from herenow.wire.json import LivePosition


class OutOfSync(Unavailable):
    """The server goes on from another state than the viewer has: only a new link, with a snapshot, helps."""


class ResumePoint(msgspec.Struct, frozen=True):
    """All of `view` up to the state `seq` of the run of numbers `epoch`. One value, so that none of the three is ever
    offered without the others."""

    view: View
    epoch: str
    seq: int


class ViewState:
    """One viewer. Its owner passes it each new link and each frame. Its state outlives the link.

    It can resume only while the last view is answered and every frame since was understood.
    """

    def __init__(self) -> None:
        self.positions: dict[str, LivePosition] = {}
        self.stats: dict[str, object] | None = None
        self.garbled = 0  # frames that were no messages
        self.resume_point: ResumePoint | None = None
        self._view: View | None = None
        self._id = 0  # of the view; 0 before there is one
        self._names: binary.Names = {}
        self._encoding: str | None = None
        self._begin()

    def _begin(self) -> None:
        self._sent_id = 0  # the id of the view that was sent on this link
        self._resumed = False  # whether it was sent with the place to resume
        self._answered = False  # whether that view was
        self._settled = False  # whether any view was, on this link

    def set_view(self, view: View) -> None:
        """Sets the view. Even the same view starts with a new snapshot."""
        self._view = view
        self._id += 1
        self.resume_point = None
        self._answered = False

    def linked(self, encoding: str) -> None:
        """A link begins, on which positions come in this encoding."""
        if encoding != self._encoding:
            self.resume_point = None  # the numbers of the binary one mean nothing in the other, nor does it give any
        self._encoding = encoding
        self._begin()

    @property
    def has_view(self) -> bool:
        """Whether there is a view."""
        return self._view is not None

    def say(self) -> str | None:
        """The view, if this link has not sent it."""
        view = self._view
        if view is None or self._sent_id == self._id:
            return None
        resume = self.resume_point if self.resume_point is not None and self.resume_point.view == view else None
        self._sent_id, self._resumed, self._answered = self._id, resume is not None, False
        return json.encode(_message(self._id, view, resume)).decode()

    def take(self, frame: str | bytes) -> Change | Answer | ErrorMessage | None:
        """What a frame changed, or an answer to a report. The state is up to date when it returns.

        Raises OutOfSync.
        """
        # Before the first answer a frame may belong to another epoch, whose numbers must not be learnt.
        names = self._names if self._settled else dict(self._names)
        try:
            message = read(frame, names)
        except ValueError:
            self._pass_over()
            return None
        match message:
            case PositionsMessage() if self._believed(message):
                self._names = names
                return self._apply(message)
            case Answer() | ErrorMessage():
                return message
            case Ping(seq=int() as seq):
                self._advance(seq)
            case StatsMessage():
                self.stats = message.fields
        return None

    def _pass_over(self) -> None:
        self.garbled += 1
        if self._answered:
            # These may have been positions, and a viewer that resumed here would never get them.
            self.resume_point = None

    def _believed(self, message: PositionsMessage) -> bool:
        return self._settled or message.snapshot or self._answers(message)

    def _answers(self, message: PositionsMessage) -> bool:
        return message.view == self._sent_id == self._id != 0

    def _apply(self, message: PositionsMessage) -> Change | None:
        if message.snapshot:
            return self._replace(message)
        if self._answers(message) and not self._answered:
            if not self._resumed or self.resume_point is None:
                raise OutOfSync(f"expected a snapshot for view {message.view}, got an update")
            self._answered = self._settled = True
        if self._answered and self.resume_point is not None and self.resume_point.epoch != message.epoch:
            expected, self.resume_point = self.resume_point.epoch, None
            raise OutOfSync(f"expected an update of epoch {expected}, got one of {message.epoch}")
        self._advance(message.seq)
        won = merge(self.positions, message.positions)
        return Change(won, snapshot=False, time=message.time) if won else None

    def _replace(self, message: PositionsMessage) -> Change:
        self._settled = True
        self._answered = self._answered or self._answers(message)
        # One that answers no view, or an earlier one, leaves nothing that a later update could be merged with.
        known = self._view if self._answered else None
        self.resume_point = None if known is None else ResumePoint(known, message.epoch, message.seq)
        self.positions = {}
        return Change(merge(self.positions, message.positions), snapshot=True, time=message.time)

    def _advance(self, seq: int) -> None:
        if self._answered and self.resume_point is not None and seq > self.resume_point.seq:
            self.resume_point = ResumePoint(self.resume_point.view, self.resume_point.epoch, seq)


def _message(number: int, view: View, resume: ResumePoint | None) -> Mapping[str, object]:
    message: dict[str, object] = {"type": "view", "id": number, "columns": list(binary.REQUESTED)}
    if view.box is not None:
        message["bbox"] = [view.box.west, view.box.south, view.box.east, view.box.north]
    else:
        message["devices"] = sorted(view.devices)
    if view.zoom is not None:
        message["zoom"] = view.zoom
    if resume is not None:
        message["resume"] = {"epoch": resume.epoch, "seq": resume.seq}
    return message
