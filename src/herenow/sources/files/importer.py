"""Takes files in as they are, as fast as the intake does, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from herenow.intake.intake import Intake
from herenow.intake.retrying_sender import MAX_TAKE, OnProgress, Progress, RetryingSender
from herenow.model.report import FIELDS, Rejection, Report
from herenow.sources.files.readers import read_file, size_of
from herenow.sources.files.rows import ImportRemark

OnRejection = Callable[[Path, Rejection], None]


class Imported(msgspec.Struct, frozen=True):
    """What became of files: positions that are durable, and what was left out of which file, and why.

    `fields` counts what the files had wrong, by its field, None for whole rows and unknown fields; `refused` is what
    the intake did not take of the rest.
    """

    accepted: int
    refused: int
    fields: Counter[str | None]
    remarks: Counter[tuple[Path, ImportRemark]]

    @property
    def rejected(self) -> int:
        return self.refused + self.fields.total()

    @property
    def whole(self) -> bool:
        """Whether something was taken, and nothing lost."""
        return self.accepted > 0 and self.rejected == 0 and not any(remark.lost for _, remark in self.remarks)


async def import_files(
    files: Sequence[Path],
    intake: Intake,
    on_progress: OnProgress,
    on_rejection: OnRejection,
    device_id: str | None = None,
) -> Imported:
    """On return everything good is durable. Importing a file again changes nothing. `on_progress` gets how many bytes
    of the files have been read, of how many; `device_id` is for what names no device, as in `read_file`.

    Raises SettingsError where a file cannot be read, Unavailable where the intake was away for too long.
    """
    delivery = RetryingSender(intake, "import")
    found = Imported(0, 0, Counter(), Counter())
    sizes = [size_of(file) for file in files]
    for number, file in enumerate(files):
        before = sum(sizes[:number])
        for reports, others, read in _batches(file, device_id):
            _count(found, file, others, on_rejection)
            await delivery.deliver(reports)
            rejected = delivery.rejected + found.fields.total()
            on_progress(Progress(delivery.sent, rejected, before + read, sum(sizes)))
    return msgspec.structs.replace(found, accepted=delivery.sent, refused=delivery.rejected)


def _count(found: Imported, file: Path, others: Sequence[Rejection | ImportRemark], on_rejection: OnRejection) -> None:
    for other in others:
        if isinstance(other, ImportRemark):
            found.remarks[file, other] += 1
        else:
            found.fields[other.field if other.field in FIELDS else None] += 1
            on_rejection(file, other)


def _batches(file: Path, device_id: str | None) -> Iterator[tuple[list[Report], list[Rejection | ImportRemark], int]]:
    """With the bytes of the file that were read so far."""
    reports: list[Report] = []
    others: list[Rejection | ImportRemark] = []
    reached = 0

    def reach(count: int) -> None:
        nonlocal reached
        reached = count

    for read in read_file(file, reached=reach, device_id=device_id):
        if isinstance(read, Report):
            reports.append(read)
        else:
            others.append(read)
        if len(reports) + len(others) == MAX_TAKE:
            yield reports, others, reached
            reports, others = [], []
    yield reports, others, reached
