"""`herenow check`: examines a set-up, part by part, and says what is wrong and what to do."""

import asyncio
import contextlib
import os
import resource
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.errors import HerenowError
from herenow.history.queries.storage import Storage
from herenow.model.finding import Finding, Progress, fault, good, warning
from herenow.run.check_server import check_server
from herenow.run.descriptors import RESERVED
from herenow.run.storage import read_storage
from herenow.run.store import cluster_setting
from herenow.settings import Settings
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.sqlite.inspection import inspect, inspect_rollups

FEW_DESCRIPTORS = 4096
LITTLE = 1 << 30  # bytes free
DAYS_LEFT = 30  # until a disk is full, at the pace of the last days
NETWORK_FILESYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs"}


async def check(settings: Settings, server: str, progress: Progress) -> AsyncIterator[Finding]:
    """Good findings as well. `progress` receives blocks of an SQLite store. Changes nothing, and may run beside all."""
    waiting = asyncio.create_task(check_server(server))  # it takes longest, and waits most of the time
    try:
        yield _descriptors()
        if settings.store.startswith("sqlite:"):
            for finding in await asyncio.to_thread(lambda: list(_sqlite(settings.store_path, progress))):
                yield finding
            yield await _growth(settings)
        else:
            async for finding in _cassandra(settings):
                yield finding
        async for finding in _bus(settings):
            yield finding
        for finding in await waiting:
            yield finding
    finally:
        waiting.cancel()


def _descriptors() -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < FEW_DESCRIPTORS:
        what = f"a process may open {hard} files: room for {max(hard - RESERVED, hard // 2)} connections"
        return warning("limits", what, "raise the hard limit: ulimit -Hn, or LimitNOFILE= in systemd")
    return good("limits", f"a process may open {hard:,} files")


def _sqlite(path: Path, progress: Progress) -> Iterator[Finding]:
    folder = _folder(path)
    if not os.access(folder, os.W_OK):
        yield fault("store", f"this user may not write to {folder}", "give it to the user that runs Herenow")
    if (kind := _filesystem(folder)) in NETWORK_FILESYSTEMS:
        what = f"{folder} is on a network file system ({kind}): SQLite may lose what was synced there"
        yield fault("disk", what, "keep the store on a disk of this machine")
    yield from inspect(path, progress)
    yield from inspect_rollups(path)


def _folder(path: Path) -> Path:
    """Where a file is, or will be made."""
    return next(each for each in path.parents if each.exists())


def _filesystem(folder: Path) -> str:
    """As Linux names it; elsewhere unknown."""
    with contextlib.suppress(OSError):
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
        mounted = [(place, kind) for place, kind in mounts if folder.is_relative_to(place)]
        return max(mounted, key=lambda one: len(one[0]), default=("", "unknown"))[1]
    return "unknown"


async def _growth(settings: Settings) -> Finding:
    folder = _folder(settings.store_path)
    free = shutil.disk_usage(folder).free
    try:
        stored = await read_storage(settings) if settings.store_path.exists() else None
    except HerenowError:  # without rollups nothing is known of the growth
        stored = None
    return _space(free, folder, stored)


def _space(free: int, folder: Path, stored: Storage | None) -> Finding:
    what = f"{free / 1e9:,.1f} GB are free on the disk of {folder}"
    advice = "make room, keep positions for fewer days (HERENOW_KEEP_DAYS), or move the store to a larger disk"
    if free < LITTLE:
        return fault("disk", what, advice)
    if stored is None or stored.predicted_bytes is None:
        return good("disk", f"{what}; nothing is known of the growth yet")
    grows = stored.growth_bytes_per_day or 0.0
    if grows and free / grows < DAYS_LEFT:
        return warning(
            "disk", f"{what}, and it is full in {free / grows:,.0f} days at the pace of the last ones", advice
        )
    if not grows and stored.predicted_bytes - stored.position_bytes - stored.rollup_bytes > free:
        return warning(
            "disk", f"{what}, less than the store will take ({stored.predicted_bytes / 1e9:,.1f} GB)", advice
        )
    return good("disk", f"{what}, enough for more than {DAYS_LEFT} days at the pace of the last ones")


async def _cassandra(settings: Settings) -> AsyncIterator[Finding]:
    with cluster_setting("HERENOW_STORE"):
        from herenow.store.cassandra.inspection import inspect as inspect_cassandra

        url = read_cassandra_url(settings.store)
    async for finding in inspect_cassandra(url):
        yield finding


async def _bus(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.bus.startswith("amqp"):
        return
    with cluster_setting("HERENOW_BUS"):
        from herenow.bus.rabbitmq.inspection import inspect as inspect_rabbitmq

        url = read_rabbit_url(settings.bus)
    async for finding in inspect_rabbitmq(url):
        yield finding
