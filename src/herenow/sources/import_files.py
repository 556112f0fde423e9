"""Takes files in as they are, as fast as the intake does, in constant memory."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from herenow.model.report import Rejection, Report
from herenow.sources.deliver import MAX_TAKE, Delivery, OnProgress, Progress
from herenow.sources.files import read_file, size_of
from herenow.sources.report import Intake

OnRejection = Callable[[Path, Rejection], None]


async def import_files(
    files: Sequence[Path], intake: Intake, on_progress: OnProgress, on_rejection: OnRejection
) -> Progress:
    """On return everything good is durable. Importing a file again changes nothing. `on_progress` is told how many
    bytes of the files have been read, of how many.

    Raises SettingsError where a file cannot be read, Unavailable where the intake was away for too long.
    """
    delivery, left_out = Delivery(intake, "import"), 0
    sizes = [size_of(file) for file in files]
    for number, file in enumerate(files):
        before = sum(sizes[:number])
        for reports, rejections, read in _batches(file):
            for rejection in rejections:
                on_rejection(file, rejection)
            left_out += len(rejections)
            await delivery.deliver(reports)
            on_progress(Progress(delivery.sent, delivery.rejected + left_out, before + read, sum(sizes)))
    return Progress(delivery.sent, delivery.rejected + left_out)


def _batches(file: Path) -> Iterator[tuple[list[Report], list[Rejection], int]]:
    """With the bytes of the file that were read so far."""
    reports: list[Report] = []
    rejections: list[Rejection] = []
    reached = 0

    def reach(count: int) -> None:
        nonlocal reached
        reached = count

    for read in read_file(file, reached=reach):
        if isinstance(read, Report):
            reports.append(read)
        else:
            rejections.append(read)
        if len(reports) + len(rejections) == MAX_TAKE:
            yield reports, rejections, reached
            reports, rejections = [], []
    yield reports, rejections, reached
