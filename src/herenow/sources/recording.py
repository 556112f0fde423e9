"""Recorded reports in memory, in the order of their times."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np

from herenow.errors import SettingsError
from herenow.model.position import MEASURED
from herenow.model.report import Rejection, Report
from herenow.sources.files.readers import read_file, row_location
from herenow.sources.files.rows import ImportRemark

MAX_REPORTS = 2_000_000  # in one recording: about 100 bytes each, and more where rows have attributes of their own
MAX_REJECTIONS = 100  # kept; the others are only counted

Attributes = dict[str, str | int | float | bool | None]

_NUMBERS = ("latitude", "longitude", *MEASURED)


class Recorded(msgspec.Struct, frozen=True):
    """A file, and what it does not say of its devices. `{id}` in `name` means the device id in the file."""

    path: Path
    kind: str | None = None
    name: str | None = None
    prefix: str = ""  # put before each device id, so that two files never mean the same device by chance
    device_id: str | None = None  # of what names no device


class Recording:
    """Reports by time; equal times stay in the order of their files. Never changes."""

    def __init__(self, reports: Iterable[tuple[Report, Attributes | None]]) -> None:
        """Takes reports whose `time` is Unix ms already. Raises SettingsError beyond MAX_REPORTS."""
        times, numbers = array("q"), array("d")
        devices: list[str] = []
        attributes: list[Attributes | None] = []
        for report, extra in reports:
            if len(times) == MAX_REPORTS:
                raise SettingsError(
                    f"expected at most {MAX_REPORTS} positions to replay, got more; replay them in parts"
                )
            times.append(cast("int", report.time))
            numbers.extend(math.nan if (value := getattr(report, name)) is None else value for name in _NUMBERS)
            devices.append(report.device_id)
            attributes.append(extra)
        unsorted = np.array(times, dtype=np.int64)
        order = np.argsort(unsorted, kind="stable")
        self.times = unsorted[order]  # ms
        self._numbers = np.array(numbers, dtype=np.float64).reshape(-1, len(_NUMBERS))[order]
        self._devices = [devices[index] for index in order.tolist()]
        self._attributes = [attributes[index] for index in order.tolist()]

    def __len__(self) -> int:
        return len(self.times)

    @property
    def first(self) -> int:
        """ms"""
        return int(self.times[0])

    @property
    def seconds(self) -> float:
        """From the first report to the last."""
        return float(self.times[-1] - self.times[0]) / 1000

    def before(self, time: float) -> int:
        """How many reports are earlier than `time` (ms)."""
        return int(np.searchsorted(self.times, time, side="left"))

    def reports(self, start: int, end: int, stamp: Callable[[int], int]) -> list[Report]:
        """The reports from `start` until before `end`, each at the time that `stamp` makes of its own."""
        rows = zip(
            self._devices[start:end],
            self.times[start:end].tolist(),
            self._numbers[start:end].tolist(),
            self._attributes[start:end],
            strict=True,
        )
        return [_report(device, stamp(time), numbers, attributes) for device, time, numbers, attributes in rows]


class Loaded(msgspec.Struct, frozen=True):
    """A recording, and what of its files could not be taken into it."""

    recording: Recording
    rejected: int
    rejections: list[tuple[Path, Rejection]]  # the first MAX_REJECTIONS
    remarks: Counter[tuple[Path, ImportRemark]]


def load(files: Sequence[Recorded]) -> Loaded:
    """Reads files as `read_file` does and merges them by time. Blocks: seconds for a million rows.

    Raises SettingsError as `read_file` and Recording do, and where no file has a single good row.
    """
    refused: list[tuple[Path, Rejection]] = []
    rejected = 0
    remarks = Counter[tuple[Path, ImportRemark]]()

    def reports() -> Iterable[tuple[Report, Attributes | None]]:
        nonlocal rejected
        for file in files:
            naming = _Naming(file)
            for read in read_file(file.path, device_id=file.device_id):
                if isinstance(read, Report):
                    yield naming.name(read)
                elif isinstance(read, ImportRemark):
                    remarks[file.path, read] += 1
                else:
                    rejected += 1
                    if len(refused) < MAX_REJECTIONS:
                        refused.append((file.path, read))

    recording = Recording(reports())
    if not len(recording):
        raise SettingsError(_nothing(files, refused, remarks))
    return Loaded(recording, rejected, refused, remarks)


class _Naming:
    """Gives the devices of one file their ids and attributes; rows of one device share them."""

    def __init__(self, file: Recorded) -> None:
        self._file = file
        self._known: dict[str, tuple[str, Attributes | None]] = {}

    def name(self, report: Report) -> tuple[Report, Attributes | None]:
        device_id, attributes = self._known.get(report.device_id) or self._meet(report.device_id)
        report.device_id = device_id
        if report.attributes:
            attributes = {**(attributes or {}), **report.attributes}
        return report, attributes

    def _meet(self, device_id: str) -> tuple[str, Attributes | None]:
        attributes: Attributes = {}
        if self._file.kind is not None:
            attributes["kind"] = self._file.kind
        if self._file.name is not None:
            attributes["name"] = self._file.name.replace("{id}", device_id)
        known = self._file.prefix + device_id, attributes or None
        self._known[device_id] = known
        return known


def _report(device_id: str, time: int, numbers: list[float], attributes: Attributes | None) -> Report:
    known: dict[str, Any] = {
        name: value for name, value in zip(_NUMBERS, numbers, strict=True) if not math.isnan(value)
    }
    return Report(device_id=device_id, time=time, attributes=attributes, **known)


def _nothing(
    files: Sequence[Recorded], refused: list[tuple[Path, Rejection]], remarks: Counter[tuple[Path, ImportRemark]]
) -> str:
    names = ", ".join(file.path.name for file in files)
    if refused:
        path, first = refused[0]
        where = row_location(path, first)
        return f"{names}: expected positions to replay, got none that can be used; {where}: {first.reason}"
    for (path, remark), count in remarks.items():
        return f"{names}: expected positions to replay, got none; {path.name}: {count} {remark.what}: {remark.why}"
    return f"{names}: expected positions to replay, got none"
