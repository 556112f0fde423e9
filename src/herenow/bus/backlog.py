"""How far the recorders are behind."""

SILENT_AFTER = 10_000  # ms, then the last report of a recorder no longer counts: it may be gone
FORGET_AFTER = 600_000  # ms of a recorder's silence


class BacklogTracker:
    """How far the recorders are behind, as far as this process knows."""

    def __init__(self) -> None:
        self.waiting: int | None = None  # messages in the queues, None where it is not known
        self.lag: int | None = None  # ms from publication to storage, of what was announced last
        self._oldest: dict[str, tuple[int | None, int]] = {}  # by recorder: when published, when received, in ms

    def on_bulletin(self, recorder: str, oldest: int | None, moment: int) -> None:
        """What a recorder says of the oldest it holds and has not stored."""
        self._oldest[recorder] = oldest, moment
        gone = [name for name, (_, when) in self._oldest.items() if moment - when > FORGET_AFTER]
        for name in gone:
            del self._oldest[name]

    def age(self, moment: int) -> int | None:
        """ms since the oldest position was published that is not stored. Where positions wait and every recorder is
        silent: since the last bulletin; None where none ever came."""
        spoke = [(oldest, when) for oldest, when in self._oldest.values() if moment - when < SILENT_AFTER]
        held = [oldest for oldest, _ in spoke if oldest is not None]
        if held:
            return max(0, moment - min(held))
        if spoke or self.waiting == 0:
            return 0
        if self.waiting is None:
            return None
        received = [when for _, when in self._oldest.values()]
        return moment - max(received) if received else None
