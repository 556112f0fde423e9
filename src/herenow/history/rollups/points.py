"""Points: the positions of all devices in an hour and a tile, for maps that are close enough to draw each."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.rollups.cells import CLASSES, FLAGGED, MOVING, STOPPED
from herenow.history.rollups.packing import pack, unpack
from herenow.model.device import MOVING as MOVING_SPEED
from herenow.store.track import Track
from herenow.store.track import joined as joined_tracks

# `group` as in cells; `device` is a number in the list of device ids beside.
POINT = np.dtype([("device", "<u4"), ("time", "<i8"), ("longitude", "<i4"), ("latitude", "<i4"), ("group", "<u4")])
STEPS = ("device", "time", "longitude", "latitude")

MAX_KINDS = 1000  # of an hour that are counted separately
OTHER = "other"  # the kind of the rest, and of devices that have none

Rows = npt.NDArray[np.void]


class Points(msgspec.Struct, frozen=True):
    """In the order of devices and times."""

    device_ids: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: Rows


EMPTY = Points((), (), np.empty(0, POINT))


def points(tracks: Sequence[tuple[str, str, Track]]) -> Points:
    """Of devices, each with its kind."""
    named_kinds = sorted({kind for _, kind, _ in tracks} - {OTHER})[:MAX_KINDS]
    numbers = {kind: number for number, kind in enumerate([OTHER, *named_kinds])}
    whole = joined_tracks(track for _, _, track in tracks)
    lengths = np.array([len(track) for _, _, track in tracks], np.int64)
    rows = np.empty(len(whole), POINT)
    rows["device"] = np.repeat(np.arange(len(tracks)), lengths)
    for name in ("time", "longitude", "latitude"):
        rows[name] = whole[name]
    kinds = np.array([numbers.get(kind, numbers[OTHER]) for _, kind, _ in tracks], np.uint32)
    rows["group"] = np.repeat(kinds, lengths) * CLASSES + _classes(whole)
    return Points(tuple(device_id for device_id, _, _ in tracks), tuple(numbers), rows)


def _classes(track: Track) -> npt.NDArray[np.uint32]:
    """By the reported speed; a device that reports none counts as standing."""
    moving = np.nan_to_num(track["speed"]) > MOVING_SPEED
    return np.where(track["flag"] > 0, FLAGGED, np.where(moving, MOVING, STOPPED)).astype(np.uint32)


def select(found: Points, wanted: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Points:
    """Those rows, and the devices that they are of."""
    rows = found.rows[wanted]
    numbers, rows["device"] = np.unique(rows["device"], return_inverse=True)
    return Points(tuple(found.device_ids[number] for number in numbers), found.kinds, rows)


def joined(parts: Sequence[Points]) -> Points:
    """One after the other."""
    device_ids = tuple(dict.fromkeys(device_id for part in parts for device_id in part.device_ids))
    kinds = tuple(dict.fromkeys(kind for part in parts for kind in part.kinds))
    devices_by, kinds_by = ({name: number for number, name in enumerate(names)} for names in (device_ids, kinds))
    renamed = [EMPTY.rows]
    for part in parts:
        if len(part.rows):
            rows = part.rows.copy()
            rows["device"] = np.array([devices_by[name] for name in part.device_ids], np.uint32)[rows["device"]]
            numbers = np.array([kinds_by[name] for name in part.kinds], np.uint32)
            rows["group"] = numbers[rows["group"] // CLASSES] * CLASSES + rows["group"] % CLASSES
            renamed.append(rows)
    return Points(device_ids, kinds, np.concatenate(renamed))


def pack_points(found: Points) -> bytes:
    return msgspec.msgpack.encode((found.device_ids, found.kinds, pack(found.rows, STEPS)))


_packed = msgspec.msgpack.Decoder(tuple[tuple[str, ...], tuple[str, ...], bytes])


def unpack_points(packed: bytes) -> Points:
    """Raises ValueError."""
    device_ids, kinds, rows = _packed.decode(packed)
    return Points(device_ids, kinds, unpack(rows, POINT, STEPS))
