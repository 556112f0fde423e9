"""Exports that are written to disk first, so that a download that broke off can go on where it did."""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Literal, Self

import msgspec
import structlog

from herenow.errors import Busy, HerenowError, NotFound, StoreUnavailable

KEPT = 86_400.0  # s after it was last written to
MOST = 8  # that are being written at a time, in all processes
MIN_FREE = 1 << 30  # bytes of the disk that are left to others
NO_ROOM = "its disk has no room even for the reason; free some space and start another export"
SILENT = 120.0  # s without a piece; then its writer is gone

_ID = re.compile(r"[0-9a-f]{32}")

log = structlog.get_logger()


class ExportState(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    state: Literal["writing", "ready", "failed"]
    bytes: int
    detail: str | None = None  # why it failed


class Prepared:
    """Files in a folder that several processes of a machine may share: each may tell of all. Use it with `async with`;
    leaving stops what this one is writing, of which nothing stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._writing:
            task.cancel()
        if self._writing:
            await asyncio.wait(self._writing)

    async def begin(self, ending: str, pieces: AsyncGenerator[bytes, None]) -> ExportState:
        """Writes a file of that ending, without being waited for. Raises Busy beyond MOST, StoreUnavailable where the
        folder cannot be written to."""
        try:
            await asyncio.to_thread(self._make_room)
            name = secrets.token_hex(16)
            self._part(name).touch()
        except OSError as error:
            raise StoreUnavailable(f"cannot write to {self._folder.name}: {error.strerror}; check its disk") from error
        task = asyncio.create_task(self._write(name, ending, pieces), name="export")
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return ExportState(name, "writing", 0)

    def _make_room(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = time.time()
        writing = 0
        for file in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # renamed or deleted by another process
                age = now - file.stat().st_mtime
                if age > KEPT:
                    file.unlink(missing_ok=True)
                writing += file.suffix == ".part" and age < SILENT
        if writing >= MOST:
            raise Busy(f"expected at most {MOST} exports to be written at a time; try again when one is ready")

    async def _write(self, name: str, ending: str, pieces: AsyncGenerator[bytes, None]) -> None:
        part = self._part(name)
        try:
            async with contextlib.aclosing(pieces):
                with part.open("wb") as opened:
                    async for piece in pieces:
                        await asyncio.to_thread(self._add, opened.write, piece)
            part.rename(self._folder / f"{name}{ending}")
        except (HerenowError, OSError) as error:
            reason = str(error) if isinstance(error, HerenowError) else f"cannot write: {error.strerror}"
            self._fail(name, reason)
            log.error("an export failed", reason=reason)
        except Exception:  # the edge of the task: its client must see that it failed
            self._fail(name, "an error of the server; see its log")
            log.exception("an export failed in a way nobody expected")
        finally:
            with contextlib.suppress(OSError):  # a disk that cannot be written to: it goes a day later
                part.unlink(missing_ok=True)

    def _fail(self, name: str, reason: str) -> None:
        """Notes why. On a full disk the room of what was written is needed for that."""
        try:
            os.truncate(self._part(name), 0)
            (self._folder / f"{name}.failed").write_text(reason)
        except OSError as error:
            log.error("cannot note why an export failed", reason=error.strerror)

    def _add(self, write: Callable[[bytes], int], piece: bytes) -> None:
        if shutil.disk_usage(self._folder).free < MIN_FREE + len(piece):
            raise StoreUnavailable(f"less than {MIN_FREE >> 20} MB of the disk would be left")
        write(piece)

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}.part"

    def state(self, name: str) -> ExportState:
        """Raises NotFound for one that is not there."""
        if not _ID.fullmatch(name):
            raise _unknown(name)
        # First: what has another name by the next look was given it before that, so that it is found.
        with contextlib.suppress(FileNotFoundError):
            part = self._part(name).stat()
            gone = "its writer is gone; start another export" if time.time() - part.st_mtime > SILENT else None
            return ExportState(name, "failed" if gone else "writing", part.st_size, gone)
        found = self._find(name)
        if found.suffix == ".failed":
            return ExportState(name, "failed", 0, found.read_text() or NO_ROOM)
        return ExportState(name, "ready", found.stat().st_size)

    def file(self, name: str) -> Path:
        """Raises NotFound for one that is not there, Busy for one that is not ready."""
        state = self.state(name)
        if state.state == "failed":
            raise NotFound(f"expected an export that is ready, but this one failed: {state.detail}")
        if state.state == "writing":
            raise Busy(f"the export is being written, {state.bytes} bytes so far; try again when it is ready")
        return self._find(name)

    def _find(self, name: str) -> Path:
        found = sorted(self._folder.glob(f"{name}.*"))
        if not found:
            raise _unknown(name)
        return found[0]


def _unknown(name: str) -> NotFound:
    return NotFound(f"expected the id of an export of the last day, got {name[:40]!r}")
