"""The article's two versions, one after the other, on the configured services, in a separate keyspace and queues."""

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from herenow.errors import SettingsError
from herenow.run.signals import stop_signal
from herenow.settings import Settings, loopback
from herenow_compare.figures import (
    MOST_RATE,
    MOST_SECONDS,
    MOST_VIEWERS,
    POLL_EVERY,
    PROMISED,
    Comparison,
    Plan,
    VersionFigures,
)
from herenow_compare.keyspace import compare_url, own_keyspace
from herenow_compare.machine import files_for, machine
from herenow_compare.measure import OnStage, measure
from herenow_compare.versions import VERSION_1, VERSION_2, Version, running

STAGES = 9  # the services, then starting and three measurements of each version


async def compare(settings: Settings, plan: Plan, on_stage: OnStage, notes: list[str]) -> Comparison | None:
    """The figures; None where a signal ended it. Leaves no process, no keyspace and no messages behind; if it cannot
    clean up, `notes` lists what is left, also after an error.

    Raises HerenowError where the services are unfit for it or fail.
    """
    check_services(settings)
    check_plan(plan)
    most = files_for(MOST_VIEWERS)
    if plan.viewers > most:
        raise SettingsError(
            f"viewers: expected at most {most:,}, for which there are open files, got {plan.viewers:,}; "
            "raise `ulimit -n`"
        )
    with stop_signal() as stop:
        return await _unless(stop, _compare(settings, plan, most, on_stage, notes))


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Comparison]) -> Comparison | None:
    """The result of `work`; None, after its cleanup, where `stop` came first."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait({working})
        return None
    finally:
        stopping.cancel()


async def _compare(settings: Settings, plan: Plan, most: int, on_stage: OnStage, notes: list[str]) -> Comparison:
    try:
        from herenow_compare.vhost import check_idle, idle_vhost
    except ImportError as error:
        raise SettingsError(f"HERENOW_BUS needs {error.name}; install it: pip install 'herenow[cluster]'") from error

    load = os.getloadavg()[0]
    separate = settings.model_copy(update={"store": compare_url(settings.store)})

    async def figures_of(version: Version) -> VersionFigures:
        on_stage(f"version {version.number}: starting")
        async with running(version, separate) as processes:
            return await measure(processes, plan, most, on_stage)

    on_stage("checking RabbitMQ and Cassandra")
    await check_idle(settings)
    async with own_keyspace(separate, notes):
        version_1 = await figures_of(VERSION_1)
        async with idle_vhost(settings, notes):
            version_2 = await figures_of(VERSION_2)
    return Comparison(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(),
        load_before=round(load, 2),
        store=separate.shown("store"),
        bus=separate.shown("bus"),
        services_here=all(map(_is_local, (settings.store, settings.bus))),
        plan=plan,
        poll_every_s=POLL_EVERY,
        promised_ms=PROMISED,
        version_1=version_1,
        version_2=version_2,
    )


def check_services(settings: Settings) -> None:
    """Raises SettingsError where one of the versions cannot run on them."""
    wrong = []
    if not settings.store.startswith("cassandra:"):
        wrong.append(f"HERENOW_STORE={settings.shown('store')}")
    if not settings.bus.startswith("amqp"):
        wrong.append(f"HERENOW_BUS={settings.shown('bus')}")
    if wrong:
        raise SettingsError(
            f"expected Cassandra and RabbitMQ for the article's versions, got {' and '.join(wrong)}; set "
            "HERENOW_STORE=cassandra://host/herenow and HERENOW_BUS=amqp://host/ (`make services` starts one of each)"
        )


def check_plan(plan: Plan) -> None:
    """Raises SettingsError where it would measure nothing, or take too long."""
    for name, most in (("viewers", MOST_VIEWERS), ("rate", MOST_RATE), ("seconds", MOST_SECONDS)):
        if not 0 < (given := getattr(plan, name)) <= most:
            raise SettingsError(f"{name}: expected 1 to {most:,}, got {given:,}")


def _is_local(url: str) -> bool:
    hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
    return all(loopback(urlsplit(f"//{host}").hostname or "") for host in hosts)
