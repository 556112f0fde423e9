"""The one thread that writes to SQLite: whatever waits is committed together."""

import asyncio
import contextlib
import fcntl
import queue
import re
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

import structlog

from herenow.errors import SettingsError, StoreUnavailable
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.sqlite.changes import Marks
from herenow.store.sqlite.compaction import Compaction
from herenow.store.sqlite.erasure import erase_rest, number_of
from herenow.store.sqlite.migration import Migration
from herenow.store.sqlite.recent import Batch, append
from herenow.store.sqlite.rows import newest_of
from herenow.store.sqlite.statements import insert, parts, transaction

SCHEMA = Path(__file__).with_name("schema.sql")
_STEPS = re.split("(?=^-- Version)", SCHEMA.read_text(), flags=re.MULTILINE)[1:]
SCHEMA_VERSION = len(_STEPS)
MAX_COMMIT = 20_000  # positions in one transaction
ROWS = 200  # of a statement: each step of one releases the interpreter and waits for it
SHARE = 0.25  # of its time that it spends on other work than writes, unless that is late
REST = 10.0  # s after work that failed
STOP_WITHIN = 20.0  # s
MAX_KNOWN = 1_000_000  # device numbers kept in memory; beyond it they are looked up again

log = structlog.get_logger()


class PendingWrite(NamedTuple):
    positions: Sequence[Position]
    devices: Sequence[Device]
    done: "asyncio.Future[None]"
    erased: str | None = None  # a device of which everything goes, after what was written before


class SqliteWriter:
    """Owns the writing connection and its thread. What waits is bounded by the bus, which waits for acknowledgement."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[PendingWrite | None] = queue.SimpleQueue()
        self._known: dict[str, int] = {}
        self._marks = Marks()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._connection: sqlite3.Connection
        self._compaction: Compaction
        self._migration: Migration
        self._works_at = 0.0  # on the monotonic clock
        self._lock: IO[bytes]

    def start(self) -> None:
        """Opens or creates the database, in the calling thread. Raises SettingsError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = lock(self._path)
            _refuse_second_name(self._path)
            self._connection = connected(self._path)
            self._compaction = Compaction(self._connection, self._number_of)
            self._migration = Migration(self._connection)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"cannot write to {self._path}: {error}; give its folder to this user, or set HERENOW_STORE elsewhere"
            ) from error
        self._thread.start()

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put(PendingWrite(positions, devices, done))
        await done

    async def erase(self, device_id: str) -> None:
        """Everything of a device; most of its positions should be gone before, for nothing is written meanwhile."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put(PendingWrite((), (), done, device_id))
        await done

    async def stop(self) -> None:
        """Commits what waits, then closes. Gives up on a disk that does not answer within STOP_WITHIN."""
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join, STOP_WITHIN)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            work = self._work
            group, stopping = self._next_group(None if work is None else max(0.0, self._works_at - time.monotonic()))
            if group:
                self._commit_group(group)
            if work and work.is_due and not stopping and time.monotonic() >= self._works_at:
                self._step(work)
        self._connection.close()
        self._lock.close()

    @property
    def _work(self) -> Compaction | Migration | None:
        """What is to be done besides."""
        return next((work for work in (self._compaction, self._migration) if work.is_due), None)

    def _step(self, work: Compaction | Migration) -> None:
        began = time.monotonic()
        try:
            work.step()
        except sqlite3.Error as error:
            log.error("cannot put stored positions in order; trying again", reason=_advice(error, self._path))
            self._works_at = time.monotonic() + REST
        except Exception:  # the edge of the thread, as below
            log.exception("putting stored positions in order failed in a way nobody expected")
            self._works_at = time.monotonic() + REST
        else:
            ended = time.monotonic()
            self._works_at = ended if self._compaction.is_late else ended + (ended - began) * (1 - SHARE) / SHARE

    def _next_group(self, wait: float | None) -> tuple[list[PendingWrite], bool]:
        """What waits to be written; where nothing does, what comes within so many seconds."""
        group: list[PendingWrite] = []
        size = 0
        try:
            while size < MAX_COMMIT:
                waiting = self._waiting.get(block=not group and wait != 0.0, timeout=wait)
                if waiting is None:
                    return group, True
                group.append(waiting)
                size += len(waiting.positions)
                if waiting.erased is not None:
                    break  # what comes after it is to stay
        except queue.Empty:
            pass
        return group, False

    def _commit_group(self, group: list[PendingWrite]) -> None:
        error: Exception | None = None
        try:
            positions = [position for waiting in group for position in waiting.positions]
            devices = newest_of(device for waiting in group for device in waiting.devices)
            self._commit(positions, list(devices.values()), group[-1].erased)
        except sqlite3.Error as failure:
            error = StoreUnavailable(_advice(failure, self._path))
        except Exception as failure:  # noqa: BLE001 - the edge of the thread: a writer that dies would leave everyone waiting
            error = failure
        waiting = [one.done for one in group]
        waiting[0].get_loop().call_soon_threadsafe(_settle, waiting, error)

    def _commit(self, positions: list[Position], devices: list[Device], erased: str | None) -> None:
        try:
            with transaction(self._connection) as connection:
                if positions or devices:
                    self._number(positions)
                    append(connection, Batch(positions, devices))
                    self._marks.mark(connection, positions, self._known)
                if erased is not None:
                    erase_rest(connection, erased)
        except BaseException:
            self._known.clear()  # numbers given in a transaction that is rolled back are void
            self._marks.forget()
            raise
        self._compaction.added(len(positions))
        if erased is not None:
            self._known.pop(erased, None)
            self._marks.forget()
            self._compaction.interrupt()

    def _number_of(self, device_id: str) -> int | None:
        return self._known.get(device_id) or number_of(self._connection, device_id)

    def _number(self, positions: list[Position]) -> None:
        """Gives devices not met before their number."""
        new = {position.device_id for position in positions if position.device_id not in self._known}
        if not new:
            return
        if len(self._known) + len(new) > MAX_KNOWN:
            self._known.clear()
            new = {position.device_id for position in positions}
        for some in parts(sorted(new), ROWS):
            insert(self._connection, "devices (device_id)", [(one,) for one in some], "ON CONFLICT DO NOTHING")
            marks = ",".join("?" * len(some))
            query = f"SELECT device_id, id FROM devices WHERE device_id IN ({marks})"  # noqa: S608 - marks only
            self._known.update(self._connection.execute(query, some))


def _settle(waiting: list["asyncio.Future[None]"], error: Exception | None) -> None:
    for done in waiting:
        if done.done():  # the one who waited was cancelled
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


def lock(path: Path) -> IO[bytes]:
    """Keeps a second process away, which would write other things, by whatever name it calls the file. Gone with the
    process."""
    resolved = path.resolve()
    lock = resolved.with_name(resolved.name + ".lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SettingsError(
            f"another Herenow writes to {path}; stop it, or give this one a store of its own with --store"
        ) from error
    return lock


def _refuse_second_name(path: Path) -> None:
    """SQLite keeps a log beside each name: writers by two names would damage the database."""
    if path.exists() and path.stat().st_nlink > 1:
        raise SettingsError(f"{path} has another name, a hard link; delete that link, or copy the file instead")


def connected(path: Path, version: int = SCHEMA_VERSION) -> sqlite3.Connection:
    """A connection that writes, to a file of this version of the schema."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "wal_autocheckpoint = 4000",  # pages, 16 MB
        "journal_size_limit = 67108864",
        "cache_size = -65536",  # KiB
        "busy_timeout = 5000",
        "secure_delete = ON",  # what is erased is overwritten, too
        "fullfsync = ON",  # without them macOS keeps commits in the disk's own memory
        "checkpoint_fullfsync = ON",
    ):
        connection.execute(f"PRAGMA {setting}")
    _prepare(connection, path, version)
    return connection


def upgrade(path: Path) -> None:
    """Brings a database to the present schema, for a process that only reads it. Raises SettingsError."""
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [(version,)] = connection.execute("PRAGMA user_version")
        if version < SCHEMA_VERSION:
            with lock(path):
                connected(path).close()
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"cannot open {path}: {error}; check it, and that this user may write to it") from error


def _prepare(connection: sqlite3.Connection, path: Path, wanted: int) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise SettingsError(
            f"{path} has schema version {version}, this Herenow reads {SCHEMA_VERSION}; "
            "run the Herenow that wrote it, or set HERENOW_STORE to another file"
        )
    for number, step in enumerate(_STEPS[version:wanted], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
    # A database that cannot be written to is found now, not at the first position.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")


_HINTS: tuple[tuple[str, str], ...] = (
    ("full", "free some space on its disk"),
    ("readonly", "give the file and its folder to the user that runs Herenow"),
    ("disk I/O", "check its disk: it may be full, gone or broken"),
    ("locked", "stop the other program that writes to it"),
)


def _advice(error: sqlite3.Error, path: Path) -> str:
    hint = next((hint for word, hint in _HINTS if word in str(error)), "look at the server's log")
    return f"cannot store in {path.name}: {error}; {hint}, then send it again"
