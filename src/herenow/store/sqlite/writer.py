"""The one thread that writes to SQLite: whatever waits is committed together."""

import asyncio
import contextlib
import fcntl
import queue
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from herenow.errors import SettingsError, StoreUnavailable
from herenow.model.device import Device
from herenow.model.position import LATER, Position, getter
from herenow.store.sqlite.changes import Marks
from herenow.store.sqlite.erasure import erase_rest
from herenow.store.sqlite.rows import DEVICE_COLUMNS, WIDTH, device_row, row

SCHEMA = Path(__file__).with_name("schema.sql")
_STEPS = re.split("(?=^-- Version)", SCHEMA.read_text(), flags=re.MULTILINE)[1:]
SCHEMA_VERSION = len(_STEPS)
MAX_COMMIT = 20_000  # positions in one transaction
# Each step of a statement releases the interpreter and waits for it, so a statement has many rows.
ROWS = 2000 // WIDTH
STOP_WITHIN = 20.0  # s
MAX_KNOWN = 1_000_000  # device numbers kept in memory; beyond it they are looked up again

# Fields that do not enter the tie complete a position that comes again. An upsert would cost each new one a fifth more.
_COMPLETE = f"""UPDATE positions SET {", ".join(f"{name} = coalesce(?, {name})" for name in LATER)}
  WHERE device = ? AND time = ? AND tie = ?"""  # noqa: S608 - constants only
# At the same position what is written last was received last: one recorder writes, in order.
_KEEP_NEWER = """ON CONFLICT (device) DO UPDATE SET time = excluded.time, tie = excluded.tie,
  name = excluded.name, kind = excluded.kind, course = excluded.course, speed = excluded.speed,
  distance = excluded.distance, day = excluded.day,
  ahead = excluded.ahead, contact = excluded.contact
  WHERE (1 - excluded.ahead, excluded.time, excluded.tie) >= (1 - newest.ahead, newest.time, newest.tie)"""

_later, _UNKNOWN = getter(*LATER), (None,) * len(LATER)
_T = TypeVar("_T")


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
        self._lock: IO[bytes]

    def start(self) -> None:
        """Opens or creates the database, in the calling thread. Raises SettingsError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = lock(self._path)
            _refuse_second_name(self._path)
            self._connection = _open(self._path)
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
            group, stopping = self._next_group()
            if group:
                self._commit_group(group)
        self._connection.close()
        self._lock.close()

    def _next_group(self) -> tuple[list[PendingWrite], bool]:
        group: list[PendingWrite] = []
        size = 0
        try:
            while size < MAX_COMMIT:
                waiting = self._waiting.get(block=not group)
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
            self._commit(positions, _newest(group), group[-1].erased)
        except sqlite3.Error as failure:
            error = StoreUnavailable(_advice(failure, self._path))
        except Exception as failure:  # noqa: BLE001 - the edge of the thread: a writer that dies would leave everyone waiting
            error = failure
        waiting = [one.done for one in group]
        waiting[0].get_loop().call_soon_threadsafe(_settle, waiting, error)

    def _commit(self, positions: list[Position], devices: list[Device], erased: str | None) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._number(positions)
            self._insert(positions)
            self._marks.mark(connection, positions, self._known)
            self._keep_newest(devices)
            if erased is not None:
                erase_rest(connection, erased)
                self._known.pop(erased, None)
                self._marks.forget()
            connection.execute("COMMIT")
        except BaseException:  # whatever it was, a transaction must not stay open
            self._known.clear()  # numbers given in a transaction that is rolled back are void
            self._marks.forget()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _number(self, positions: list[Position]) -> None:
        """Gives devices not met before their number."""
        new = {position.device_id for position in positions if position.device_id not in self._known}
        if not new:
            return
        if len(self._known) + len(new) > MAX_KNOWN:
            self._known.clear()
            new = {position.device_id for position in positions}
        for part in _parts(sorted(new)):
            marks = ",".join("?" * len(part))
            self._connection.execute(
                f"INSERT OR IGNORE INTO devices (device_id) VALUES {','.join(['(?)'] * len(part))}",  # noqa: S608 - marks only
                part,
            )
            self._known.update(
                self._connection.execute(f"SELECT device_id, id FROM devices WHERE device_id IN ({marks})", part)  # noqa: S608
            )

    def _insert(self, positions: list[Position]) -> None:
        known = self._known
        for part in _parts(positions):
            values: list[object] = []
            for position in part:
                values += row(known[position.device_id], position)
            marks = ",".join([_MARKS] * len(part))
            inserted = self._connection.execute(f"INSERT OR IGNORE INTO positions VALUES {marks}", values).rowcount  # noqa: S608 - marks only
            if inserted < len(part):  # some came again
                self._complete(part)

    def _complete(self, positions: Sequence[Position]) -> None:
        more = [one for one in positions if _later(one) != _UNKNOWN]
        values = [(*_later(one), self._known[one.device_id], one.time, one.tie) for one in more]
        self._connection.executemany(_COMPLETE, values)

    def _keep_newest(self, devices: list[Device]) -> None:
        for part in _parts(devices):
            values: list[object] = []
            for device in part:
                values += device_row(self._known[device.position.device_id], device)
            marks = ",".join([_DEVICE_MARKS] * len(part))
            self._connection.execute(f"INSERT INTO newest VALUES {marks} {_KEEP_NEWER}", values)  # noqa: S608 - marks only


_MARKS = f"({','.join('?' * WIDTH)})"
_DEVICE_MARKS = f"({','.join('?' * DEVICE_COLUMNS)})"


def _newest(group: list[PendingWrite]) -> list[Device]:
    """One device each: a statement may not meet the same row twice."""
    newest: dict[str, Device] = {}
    for waiting in group:
        for device in waiting.devices:
            before = newest.setdefault(device.position.device_id, device)
            if before is not device and device.rank >= before.rank:
                newest[device.position.device_id] = device
    return list(newest.values())


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[start : start + ROWS] for start in range(0, len(items), ROWS))


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


def _open(path: Path) -> sqlite3.Connection:
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
    _prepare(connection, path)
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
                _open(path).close()
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"cannot open {path}: {error}; check it, and that this user may write to it") from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise SettingsError(
            f"{path} has schema version {version}, this Herenow reads {SCHEMA_VERSION}; "
            "run the Herenow that wrote it, or set HERENOW_STORE to another file"
        )
    for number, step in enumerate(_STEPS[version:], version + 1):
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
