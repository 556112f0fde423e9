"""How far something has come, drawn on a terminal; nothing where standard error is none."""

from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Drawn

from herenow.intake.retrying_sender import Progress


class _Line:
    """One line that goes once it is left. Use it with `with`."""

    def __init__(self, console: Console, description: str, *columns: ProgressColumn) -> None:
        self._drawn = Drawn(
            TextColumn("{task.description}"),
            BarColumn(),
            *columns,
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._drawn.add_task(description, total=None)

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def _draw(self, completed: int, total: int | None, description: str) -> None:
        self._drawn.update(self._task, completed=completed, total=total, description=description)


class Bar(_Line):
    """Positions: a bar where the end is known, a count where not."""

    def __init__(self, console: Console) -> None:
        columns = MofNCompleteColumn(), TaskProgressColumn(show_speed=True), TimeElapsedColumn()
        super().__init__(console, "positions", *columns)

    def show(self, progress: Progress) -> None:
        rejected = f", {progress.rejected} rejected" if progress.rejected else ""
        played = progress.played if progress.total is not None else progress.sent
        self._draw(played, progress.total, f"positions{rejected}")


class Share(_Line):
    """How much of some files has been read, beside the positions in it."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "positions", TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())

    def show(self, progress: Progress) -> None:
        rejected = f", {progress.rejected} rejected" if progress.rejected else ""
        self._draw(progress.played, progress.total, f"{progress.sent:,} positions{rejected}")


class DaysProgress(_Line):
    """How many days are done."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "days", MofNCompleteColumn(), TimeElapsedColumn())
        self._first: int | None = None

    def show(self, day: int, last: int) -> None:
        """Days since 1970: the one that is done, and the last to be."""
        self._first = day if self._first is None else self._first
        self._draw(day - self._first + 1, max(1, last - self._first + 1), "days")


class BlocksProgress(_Line):
    """How many blocks of a store have been read."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "blocks", MofNCompleteColumn(), TimeRemainingColumn())

    def show(self, read: int, total: int) -> None:
        self._draw(read, total, "blocks")


class Stages(_Line):
    """What is being done, out of about so many stages."""

    def __init__(self, console: Console, total: int) -> None:
        super().__init__(console, "", TimeElapsedColumn())
        self._total = total
        self._done = 0

    def begin(self, what: str) -> None:
        """The stage before is done."""
        self._draw(self._done, self._total, what)
        self._done += 1
