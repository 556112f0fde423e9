"""`herenow record`: a recorder alone; several may run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import structlog

from herenow.api.recorder_app import create_recorder_app
from herenow.api.routes.health import HealthChecks
from herenow.api.routes.metrics import Metrics
from herenow.metrics.loop_lag import LoopLag
from herenow.run.pipeline import open_recorder
from herenow.run.server import Server, address, config, listen, ready
from herenow.run.signals import stop_signal
from herenow.settings import Settings

log = structlog.get_logger()


async def record(settings: Settings, port: int | None) -> None:
    """Records until SIGTERM or SIGINT, then finishes what it has taken. With a port it tells there whether it is well.

    Raises SettingsError where the port or a part cannot be had.
    """
    log.info("recording", store=settings.shown("store"), bus=settings.shown("bus"))
    with stop_signal() as stop:
        async with open_recorder(settings) as (recorder, bus):

            def troubles() -> list[str]:
                return [trouble for trouble in (bus.trouble, recorder.trouble) if trouble]

            loop_lag = LoopLag()
            well = HealthChecks(troubles, Metrics(bus, loop_lag, recorder=recorder))
            async with _status_server(settings.host, port, well), asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(_announce(troubles)), tasks.create_task(loop_lag.run())]
                await stop.wait()
                for task in running:
                    task.cancel()
                log.info("stopping")
    log.info("stopped")


async def _announce(troubles: Callable[[], list[str]]) -> None:
    await ready(troubles)
    log.info("ready")


@contextlib.asynccontextmanager
async def _status_server(host: str, port: int | None, well: HealthChecks) -> AsyncIterator[None]:
    """Answers /healthz, /readyz and /metrics, for as long as the body."""
    if port is None:
        yield
        return
    listening = listen(host, port)
    server = Server(config(create_recorder_app(well)))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve([listening]), name="health")
        log.info("listening", url=address(listening))
        yield
        server.should_exit = True
