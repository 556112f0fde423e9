"""Examines the files of a store and of its rollups, also while Herenow writes to them: nothing is changed."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from herenow.model.finding import Finding, Progress, fault, good, warning
from herenow.store.packing import Damaged, unpack
from herenow.store.sqlite.day_states import BLOCKS, PAGE
from herenow.store.sqlite.recent import read_batch
from herenow.store.sqlite.statements import paged
from herenow.store.sqlite.store import ROLLUPS
from herenow.store.sqlite.writer import SCHEMA_VERSION

NAMED = 10  # what is damaged and named one by one
RESTORE = "restore a backup, or leave it: all other positions are read"
REBUILD = "stop Herenow and delete this file: the next start builds it again"

_BATCHES = "SELECT number, packed FROM recent WHERE number > ? ORDER BY number LIMIT ?"


def inspect(path: Path, progress: Progress) -> Iterator[Finding]:
    """`progress` receives blocks."""
    if not path.exists():
        yield good("store", f"{path} does not exist yet: the first start creates it")
        return
    yield from _inspect(path, lambda connection: _store(connection, path, progress), "restore a backup")


def inspect_rollups(path: Path) -> Iterator[Finding]:
    """Of the store at this path."""
    rollups = path.with_name(path.name + ROLLUPS)
    if rollups.exists():
        yield from _inspect(rollups, lambda connection: _pages(connection, rollups, REBUILD), REBUILD)


def _inspect(path: Path, look: Callable[[sqlite3.Connection], Iterator[Finding]], advice: str) -> Iterator[Finding]:
    url = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(url, uri=True, isolation_level=None)) as connection:
            yield from look(connection)
    except sqlite3.Error as error:
        yield fault("store", f"{path} cannot be read: {error}", f"give it to this user, or {advice}")


def _store(connection: sqlite3.Connection, path: Path, progress: Progress) -> Iterator[Finding]:
    [(version,)] = connection.execute("PRAGMA user_version")
    if version != SCHEMA_VERSION:
        what = f"{path} has schema version {version}, this Herenow writes {SCHEMA_VERSION}"
        newer = "run the Herenow that wrote it"
        older = "make a backup, then start Herenow: it upgrades the file"
        yield fault("store", what, newer if version > SCHEMA_VERSION else older)
        return
    yield from _pages(connection, path, "restore a backup, and check the disk")
    yield from _positions(connection, progress)
    if connection.execute("SELECT 1 FROM positions LIMIT 1").fetchone():
        what = f"some positions in {path} lie as an older Herenow stored them"
        yield warning(
            "store", what, "let Herenow run: it moves them in the background, and its log says when it is done"
        )


def _pages(connection: sqlite3.Connection, path: Path, advice: str) -> Iterator[Finding]:
    """Whether a file is sound, as far as SQLite knows."""
    lines = [str(line) for (line,) in connection.execute(f"PRAGMA quick_check({NAMED})")]
    if lines == ["ok"]:
        yield good("store", f"{path} is a sound database")
    else:
        yield from (fault("store", f"{path} is damaged: {line}", advice) for line in lines)


def _positions(connection: sqlite3.Connection, progress: Progress) -> Iterator[Finding]:
    [(count,)] = connection.execute("SELECT count(*) FROM blocks")
    [(aside,)] = connection.execute("SELECT count(*) FROM damaged")
    damaged = aside
    if aside:
        yield fault("store", f"{aside} commits could not be read and were put aside", RESTORE)
    for what in _damaged(connection, lambda done: progress(done, count)):
        damaged += 1
        if damaged <= NAMED:
            yield fault("store", what, RESTORE)
    if damaged > NAMED:
        yield fault("store", f"{damaged} blocks and commits are damaged, of which {NAMED} are named here", RESTORE)
    if not damaged:
        yield good("store", f"all of {count:,} blocks and the commits since can be read")


def _damaged(connection: sqlite3.Connection, progress: Callable[[int], None]) -> Iterator[str]:
    """A sentence for each block and each commit that cannot be read."""
    for read, (_, device_id, hour, packed) in enumerate(paged(connection, BLOCKS, PAGE), 1):
        try:
            unpack(device_id, packed)
        except Damaged as error:
            begin = datetime.fromtimestamp(hour * 3600, UTC).strftime("%Y-%m-%d %H:00 UTC")
            yield f"the positions of {device_id} in the hour from {begin} are damaged: {error}"
        if read % PAGE == 0:
            progress(read)
    for number, packed in paged(connection, _BATCHES, PAGE):
        try:
            read_batch(packed)
        except Damaged as error:
            yield f"commit {number} is damaged: {error}"
