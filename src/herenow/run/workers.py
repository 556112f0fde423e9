"""Several servers on one port of one machine, each a process with a hub of its own: the kernel spreads connections."""

import asyncio
import contextlib
import os
import sys

import structlog

from herenow.errors import SettingsError
from herenow.run.server import address, listen, told_to_stop
from herenow.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # s before a worker that ended is started again
STEADY = 60.0  # s a worker must have lasted before its end counts as a first
STOP_WITHIN = 30.0  # s

log = structlog.get_logger()


async def serve_by_workers(settings: Settings, count: int) -> None:
    """Until SIGTERM or SIGINT, then stops them all in order. A worker that ends is started again; one whose settings
    are wrong has said why, and ends all: SettingsError. Where this process dies, its workers stop by themselves."""
    listening = listen(settings.host, settings.port, shared=True)  # keeps the port; it takes no connection itself
    try:
        with told_to_stop() as stop:
            log.info("listening", url=address(listening), workers=count)
            environment = _environment(settings, listening.getsockname()[1])
            async with asyncio.TaskGroup() as tasks:
                for number in range(count):
                    tasks.create_task(_keep(number, environment, stop), name=f"worker-{number}")
    finally:
        listening.close()
    log.info("stopped")


def _environment(settings: Settings, port: int) -> dict[str, str]:
    said = {f"HERENOW_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    return {**os.environ, **said, "HERENOW_PORT": str(port)}


async def _keep(number: int, environment: dict[str, str], stop: asyncio.Event) -> None:
    pause, loop = FIRST_PAUSE, asyncio.get_running_loop()
    while True:
        began = loop.time()
        code = await _run(environment, stop)
        if stop.is_set():
            return
        if code == 2:
            raise SettingsError(f"worker {number} could not start; see above")
        log.error("a worker ended and is started again", worker=number, code=code)
        if loop.time() - began > STEADY:
            pause = FIRST_PAUSE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stop.wait()
                return
        pause = min(LONGEST_PAUSE, 2 * pause)


async def _run(environment: dict[str, str], stop: asyncio.Event) -> int:
    """One worker until its end, or until all stop. Its standard input ends with this process, which it notices; being
    in a session of its own it does not hear the Ctrl-C that is meant for this one."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "herenow", "serve", "--worker"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    async with asyncio.TaskGroup() as tasks:
        ending, stopping = tasks.create_task(worker.wait()), tasks.create_task(stop.wait())
        try:
            await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:  # also where another worker could not start
            stopping.cancel()
            if worker.returncode is None:
                worker.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(worker.wait(), STOP_WITHIN)
            if worker.returncode is None:
                worker.kill()
    return ending.result()
