"""The frames that viewers are sent, each built once and shared by all who are due the same."""

from collections.abc import Iterable, Iterator, Sequence

from herenow.live.fleet import Fleet
from herenow.model.clock import Clock
from herenow.model.device import Device
from herenow.model.view import View
from herenow.wire import article, json


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
        return (device for device_id in view.devices if (device := self.fleet.get(device_id)) is not None)

    def live(self, device: Device) -> bytes:
        """The JSON of a device; made anew only after it changed. Holds one text a device."""
        known = self._live.get(device.device_id)
        if known is not None and known[0] is device:
            return known[1]
        text = json.encode_live(device)
        self._live[device.device_id] = (device, text)
        return text

    def changed(self, device_ids: Iterable[str]) -> Iterator[Device]:
        return (device for device_id in device_ids if (device := self.fleet.get(device_id)) is not None)


class JsonFrames:
    """`herenow.json.v1`."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._cache = _Cache()

    def snapshot(self, view: View) -> Sequence[str]:
        shared = self._shared
        texts = (shared.live(device) for device in shared.seen_by(view))
        return (json.message("snapshot", shared.seq, shared.clock(), texts, shared.epoch),)

    def update(self, device_ids: Iterable[str]) -> Sequence[str]:
        return self._cache.get(self._shared.seq, device_ids) or self._cache.keep(
            self._shared.seq, device_ids, self._build(device_ids)
        )

    def _build(self, device_ids: Iterable[str]) -> Sequence[str]:
        shared = self._shared
        texts = (shared.live(device) for device in shared.changed(device_ids))
        return (json.message("update", shared.seq, shared.clock(), texts),)


class ArticleFrames:
    """The article's wire: one frame a position, and no snapshot but the same frames."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._cache = _Cache()

    def snapshot(self, view: View) -> Sequence[str]:
        return [article.encode_update(device) for device in self._shared.seen_by(view)]

    def update(self, device_ids: Iterable[str]) -> Sequence[str]:
        return self._cache.get(self._shared.seq, device_ids) or self._cache.keep(
            self._shared.seq,
            device_ids,
            [article.encode_update(device) for device in self._shared.changed(device_ids)],
        )


class _Cache:
    """Frames of the present state by the very sequence of ids that they tell of; dropped when the state moves on."""

    def __init__(self) -> None:
        self._seq = -1
        self._frames: dict[int, tuple[Iterable[str], Sequence[str]]] = {}

    def get(self, seq: int, device_ids: Iterable[str]) -> Sequence[str] | None:
        if seq != self._seq:
            self._seq = seq
            self._frames.clear()
        found = self._frames.get(id(device_ids))
        return found[1] if found else None

    def keep(self, seq: int, device_ids: Iterable[str], frames: Sequence[str]) -> Sequence[str]:
        if (
            isinstance(device_ids, tuple) and seq == self._seq
        ):  # only a tuple is shared; holding it keeps its id its own
            self._frames[id(device_ids)] = (device_ids, frames)
        return frames
