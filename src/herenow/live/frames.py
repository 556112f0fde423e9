"""The frames that viewers are sent, each built once and shared by all who are due the same."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from herenow.live.fleet import Fleet
from herenow.model.clock import Clock
from herenow.model.device import Device
from herenow.model.view import View
from herenow.wire import article, json

MOST_HELD = 32_000_000  # characters of frames kept for others who may be due the same


class Shared:
    """What the frames of both wires are made of: the fleet, the number of its state, and bytes made once a state."""

    def __init__(self, fleet: Fleet, epoch: str, clock: Clock) -> None:
        self.fleet = fleet
        self.epoch = epoch
        self.seq = 0
        self.clock = clock
        self._live: dict[str, tuple[Device, bytes]] = {}

    def seen_by(self, view: View) -> Iterator[Device]:
        if view.box is not None:
            return self.fleet.within(view.box)
        return self.named(view.devices)

    def live(self, device: Device) -> bytes:
        """The JSON of a device; made anew only after it changed. Holds one text a device."""
        known = self._live.get(device.device_id)
        if known is not None and known[0] is device:
            return known[1]
        text = json.encode_live(device)
        self._live[device.device_id] = (device, text)
        return text

    def named(self, device_ids: Iterable[str]) -> Iterator[Device]:
        return (device for device_id in device_ids if (device := self.fleet.get(device_id)) is not None)


class JsonFrames:
    """`herenow.json.v1`."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._made = _Made()

    def snapshot(self, view: View) -> Sequence[str]:
        shared = self._shared
        # The array is shared; the time is that of this moment, for viewers set their clocks by it.
        (positions,) = self._made.get(shared.seq, view, lambda: [json.join(map(shared.live, shared.seen_by(view)))])
        return [json.message("snapshot", shared.seq, shared.clock(), positions, shared.epoch)]

    def update(self, device_ids: Iterable[str]) -> Sequence[str]:
        return self._made.get(self._shared.seq, device_ids, lambda: [self._update(device_ids)])

    def _update(self, device_ids: Iterable[str]) -> str:
        shared = self._shared
        positions = json.join(map(shared.live, shared.named(device_ids)))
        return json.message("update", shared.seq, shared.clock(), positions)


class ArticleFrames:
    """The article's wire: one frame a position, and no snapshot but the same frames."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._made = _Made()

    def snapshot(self, view: View) -> Sequence[str]:
        shared = self._shared
        return self._made.get(
            shared.seq, view, lambda: [article.encode_update(device) for device in shared.seen_by(view)]
        )

    def update(self, device_ids: Iterable[str]) -> Sequence[str]:
        shared = self._shared
        return self._made.get(
            shared.seq, device_ids, lambda: [article.encode_update(device) for device in shared.named(device_ids)]
        )


class _Made:
    """What was made of the present state, by the view or the very tuple of ids that it tells of. Dropped when the state
    moves on, or where it would pass MOST_HELD."""

    def __init__(self) -> None:
        self._seq = -1
        self._frames: dict[object, tuple[object, Sequence[str]]] = {}
        self._held = 0

    def get(self, seq: int, about: View | Iterable[str], make: Callable[[], Sequence[str]]) -> Sequence[str]:
        if seq != self._seq or self._held > MOST_HELD:
            self._seq, self._held = seq, 0
            self._frames.clear()
        # A tuple of ids is shared and stands for itself while it is held here; any other ids are one viewer's own.
        key = about if isinstance(about, View) else id(about) if isinstance(about, tuple) else None
        if key is None:
            return make()
        found = self._frames.get(key)
        if found is None:
            found = self._frames[key] = about, make()
            self._held += sum(map(len, found[1]))
        return found[1]
