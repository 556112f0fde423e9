"""How far something has come, drawn on a terminal."""

from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Drawn

from herenow.sources.deliver import Progress


class Bar:
    """A bar where the end is known, a count where not; nothing where standard error is no terminal."""

    def __init__(self, console: Console) -> None:
        self._drawn = Drawn(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TaskProgressColumn(show_speed=True),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._drawn.add_task("positions", total=None)

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def show(self, progress: Progress) -> None:
        rejected = f", {progress.rejected} rejected" if progress.rejected else ""
        played = progress.played if progress.total is not None else progress.sent
        self._drawn.update(self._task, completed=played, total=progress.total, description=f"positions{rejected}")


class Share:
    """How much of something has been read, beside the positions in it; nothing where standard error is no terminal."""

    def __init__(self, console: Console) -> None:
        self._drawn = Drawn(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._drawn.add_task("positions", total=None)

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def show(self, progress: Progress) -> None:
        rejected = f", {progress.rejected} rejected" if progress.rejected else ""
        told = f"{progress.sent:,} positions{rejected}"
        self._drawn.update(self._task, completed=progress.played, total=progress.total, description=told)


class Days:
    """How many days are done; nothing where standard error is no terminal."""

    def __init__(self, console: Console) -> None:
        self._drawn = Drawn(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._drawn.add_task("days", total=None)
        self._first: int | None = None

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def show(self, day: int, last: int) -> None:
        """Days since 1970: the one that is done, and the last to be."""
        self._first = day if self._first is None else self._first
        self._drawn.update(self._task, completed=day - self._first + 1, total=max(1, last - self._first + 1))


class Stages:
    """What is being done, out of about so many stages; nothing where standard error is no terminal."""

    def __init__(self, console: Console, total: int) -> None:
        self._drawn = Drawn(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._drawn.add_task("", total=total)
        self._done = 0

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def begin(self, what: str) -> None:
        """The stage before is done."""
        self._drawn.update(self._task, description=what, completed=self._done)
        self._done += 1
