"""How a command runs."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from herenow.errors import HerenowError

SWITCH_INTERVAL = 0.0005  # s; how long the thread that writes to SQLite may wait for the interpreter

Result = TypeVar("Result")


def in_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs to the end on uvloop where there is one. A failure among tasks is raised as itself. The garbage collector
    searches from here on, and never in modules: a full search takes less of what is live."""
    gc.freeze()
    gc.enable()
    try:
        import uvloop
    except ImportError:  # Windows
        start: Callable[[Coroutine[Any, Any, Result]], Result] = asyncio.run
    else:
        start = uvloop.run
    try:
        return start(work)
    except BaseExceptionGroup as group:
        ours = group.subgroup(HerenowError)
        if ours is None:
            raise
        raise _first(ours) from group


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
