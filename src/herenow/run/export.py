"""`herenow export`: history as a file, read from the store."""

import sys
from collections.abc import AsyncIterable, Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from herenow.errors import NotFound, SettingsError
from herenow.history.export.export import export
from herenow.history.export.formats import Export
from herenow.run.store import open_store
from herenow.settings import Settings
from herenow.store.port import DeviceReader, PositionReader, Span


class KnownDevices(DeviceReader, PositionReader, Protocol):
    """Which devices there are: those in the list, and those of which a position is stored."""


async def export_file(
    settings: Settings,
    made: Export,
    device_ids: Sequence[str],
    span: Span,
    file: Path | None,
    reached: Callable[[int], None],
    *,
    raw: bool,
) -> int:
    """How many positions were exported; `reached` gets how many so far. All devices where none is named. A file is
    there once it is whole; without one it goes to standard output.

    Raises StoreUnavailable, NotFound for a device of which nothing is stored, and SettingsError for a file that cannot
    be written.
    """
    count = 0

    def exported(more: int) -> None:
        nonlocal count
        count += more
        reached(count)

    async with open_store(settings, writes=False) as store:
        names = await _known(store, device_ids, span)
        pieces = export(store, made, names, span, exported, raw=raw)
        if file:
            await _write_whole(pieces, file)
        else:
            await _write(pieces, sys.stdout.buffer)
    return count


async def _known(store: KnownDevices, device_ids: Sequence[str], span: Span) -> list[str]:
    known = {device.device_id for device in await store.latest()}
    for device_id in device_ids:
        if device_id not in known and not await store.track(device_id, span, None, 1):
            raise NotFound(f"device: expected the id of a device, got {device_id[:128]!r}, of which nothing is stored")
    return list(dict.fromkeys(device_ids)) or list(known)


async def _write_whole(pieces: AsyncIterable[bytes], file: Path) -> None:
    partial = file.with_name(file.name + ".part")
    try:
        with partial.open("wb") as opened:
            await _write(pieces, opened)
        partial.replace(file)
    except OSError as error:
        raise SettingsError(f"cannot write {file}: {error.strerror}; name another with --output") from error
    finally:
        partial.unlink(missing_ok=True)


async def _write(pieces: AsyncIterable[bytes], opened: IO[bytes]) -> None:
    async for piece in pieces:
        opened.write(piece)
    opened.flush()
