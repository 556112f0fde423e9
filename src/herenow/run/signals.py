"""When a process is to stop."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stop_with_stdin(stop: asyncio.Event) -> None:
    """Sets it once standard input ends: the parent process has ended, or stops this one."""
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

    def ended() -> None:
        loop.remove_reader(stdin)  # or it would be called again and again
        stop.set()

    loop.add_reader(stdin, ended)


@contextlib.contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Set by the first SIGTERM or SIGINT; from then on signals have their default effect."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_signal() -> None:
        stop.set()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
