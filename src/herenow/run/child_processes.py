"""Processes of our own that one process starts, keeps running, and stops in order."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping

import structlog

from herenow.errors import SettingsError
from herenow.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # s before a child that ended is started again
STEADY = 60.0  # s a child must have lasted before its end counts as a first
STOP_WITHIN = 30.0  # s

log = structlog.get_logger()


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Variables with which a child reads the same settings, whether a file, a flag or a default set them here."""
    values = settings.model_dump(mode="json").items()
    written = {f"HERENOW_{name.upper()}": _written(value) for name, value in values}
    return {**os.environ, **written, **more}


def _written(value: object) -> str:
    """As `Settings` reads it from the environment: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


async def keep_running(
    name: str,
    command: Callable[[], tuple[str, ...]],
    environment: Mapping[str, str],
    stop: asyncio.Event,
    *,
    needed: bool = True,
) -> None:
    """Runs `herenow COMMAND`, which is called for each start, until all stop, and then stops it in order. A child that
    ends is started again. One whose settings are wrong has logged the reason: SettingsError where it is `needed`, else
    that may change."""
    pause, loop = FIRST_PAUSE, asyncio.get_running_loop()
    while True:
        began = loop.time()
        code = await _started(name, command(), environment, stop)
        if stop.is_set():
            return
        if code == 2 and needed:
            raise SettingsError(f"{name} could not start; see above")
        if code is not None:
            log.error("a process ended and is started again", process=name, code=code)
        if loop.time() - began > STEADY:
            pause = FIRST_PAUSE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stop.wait()
                return
        pause = min(LONGEST_PAUSE, 2 * pause)


async def _started(
    name: str, command: tuple[str, ...], environment: Mapping[str, str], stop: asyncio.Event
) -> int | None:
    """Its exit code; None where the system could not start it: it lacks memory, processes or file descriptors."""
    try:
        return await _run(command, environment, stop)
    except OSError as error:
        log.error("a process could not be started and is tried again", process=name, reason=error.strerror)
        return None


async def _run(command: tuple[str, ...], environment: Mapping[str, str], stop: asyncio.Event) -> int:
    """One child until its end, or until all stop. Its standard input ends with this process, which it notices; being
    in a session of its own it does not hear the Ctrl-C that is meant for this one."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "herenow", *command),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    async with asyncio.TaskGroup() as tasks:
        ending, stopping = tasks.create_task(child.wait()), tasks.create_task(stop.wait())
        try:
            await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:  # also where another child could not start
            stopping.cancel()
            if child.returncode is None:
                child.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(child.wait(), STOP_WITHIN)
            if child.returncode is None:
                child.kill()
    return ending.result()
