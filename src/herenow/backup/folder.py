"""A backup as a folder: a file for each UTC day of positions, one of devices, and `backup.json`, which names them.

A file never changes, and its name has its digest. `backup.json` is replaced last, in one step: whatever is interrupted,
the folder is one whole backup, the earlier or the later one.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from herenow.errors import SettingsError

MANIFEST = "backup.json"
FORMAT = 1
_HEAD = b"herenow backup 1\n"
_SIZE = 4  # bytes, the length before each record
_MOST = 1 << 28  # bytes of a record
_SUFFIXES = {".positions", ".devices"}
_EPOCH = date(1970, 1, 1).toordinal()


class SavedFile(msgspec.Struct, frozen=True):
    """`count` is of positions or devices, `digest` the SHA-256 of the file. `state` is that of the day in the store
    before it was read: while it is the same, the file still holds."""

    name: str
    count: int
    digest: str
    state: str | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What belongs together."""

    format: int
    herenow: str  # the version that made it
    made: str  # RFC 3339
    days: Mapping[str, SavedFile]
    devices: SavedFile


def day_name(day: int) -> str:
    """2026-11-30, of days since 1970."""
    return date.fromordinal(_EPOCH + day).isoformat()


def day_number(name: str) -> int:
    return date.fromisoformat(name).toordinal() - _EPOCH


def read_manifest(folder: Path) -> Manifest:
    """Raises SettingsError where there is no backup, or one that this Herenow does not read."""
    path = folder / MANIFEST
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise SettingsError(
            f"expected a folder that `herenow backup` made, got {folder}, without {MANIFEST}"
        ) from error
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is damaged ({error}); use another backup") from error
    if found.format != FORMAT:
        raise SettingsError(f"{folder} has format {found.format}, this Herenow reads {FORMAT}; use a newer Herenow")
    return found


class SavedRecords:
    """Writes one file. Use it with `with`; `keep` gives it its name."""

    def __init__(self, folder: Path, stem: str, suffix: str) -> None:
        self._folder, self._stem, self._suffix = folder, stem, suffix
        self._path = folder / f"{stem}{suffix}.part"
        self._digest = hashlib.sha256()
        self._file: BinaryIO
        self._count = 0

    def __enter__(self) -> "SavedRecords":
        self._file = self._path.open("wb")
        self._write(_HEAD)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, record: bytes, count: int) -> None:
        self._write(len(record).to_bytes(_SIZE, "big"))
        self._write(record)
        self._count += count

    def keep(self, state: str | None = None) -> SavedFile:
        """Durable on return."""
        self._file.flush()
        os.fsync(self._file.fileno())
        digest = self._digest.hexdigest()
        name = f"{self._stem}-{digest[:16]}{self._suffix}"
        self._path.replace(self._folder / name)
        return SavedFile(name, self._count, digest, state)

    def _write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._digest.update(piece)


def read_records(folder: Path, saved: SavedFile) -> Iterator[bytes]:
    """Nothing of a file that is not whole. Raises SettingsError that names it."""
    path = folder / saved.name
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != saved.digest:
                raise SettingsError(f"{path} is damaged: its digest is another one; use another backup")
            file.seek(len(_HEAD))
            while size := file.read(_SIZE):
                yield file.read(int.from_bytes(size, "big"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}; use another backup") from error


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """From here on the folder is this backup. Files that it does not name go."""
    part = folder / f"{MANIFEST}.part"
    with part.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest)))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / MANIFEST)
    _sync(folder)
    named = {saved.name for saved in (*manifest.days.values(), manifest.devices)}
    for path in folder.iterdir():
        if path.suffix in _SUFFIXES and path.name not in named:
            path.unlink()


def _sync(folder: Path) -> None:
    """Makes names durable."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Manifest | None]:
    """The backup that is there, kept from another `herenow backup`. Raises SettingsError where the folder is another
    one's, or cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = {MANIFEST, "backup.lock"}
        names = {path.name for path in folder.iterdir() if not path.name.endswith(".part")} - known
        if names and not (folder / MANIFEST).exists() and any(Path(name).suffix not in _SUFFIXES for name in names):
            raise SettingsError(f"expected an empty folder or an earlier backup, got {folder} with {min(names)}")
        with (folder / "backup.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield read_manifest(folder) if (folder / MANIFEST).exists() else None
    except BlockingIOError as error:
        raise SettingsError(f"another `herenow backup` writes to {folder}; wait for its end") from error
    except OSError as error:
        raise SettingsError(f"cannot write to {folder}: {error.strerror}; make room, or name another folder") from error
