"""What the process says of itself, on standard error: for people, or as JSON for what collects logs."""

import contextlib
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TextIO, cast

import structlog
from structlog.typing import Processor

from herenow.errors import SettingsError

SETTING = "HERENOW_LOG"
FORMS = ("console", "json")


class _Stderr:
    """Standard error. Where it cannot be written to, as on a full disk, lines are lost: there is no place to say so,
    and the work that they are about goes on."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.flush()


class _JsonFormatter(logging.Formatter):
    """Of what libraries log: the same keys as our own lines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up_logs(*, verbose: bool = False) -> None:
    """One line an event; colours only where a person reads. HERENOW_LOG=json makes each line an object. Raises
    SettingsError where that is something else."""
    form = os.environ.get(SETTING, FORMS[0])
    if form not in FORMS:
        raise SettingsError(f"{SETTING}: expected {' or '.join(FORMS)}, got {form!r}")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_as_json() if form == "json" else _for_people()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        # One write a line: processes share standard error, and the parts of two lines must not mix.
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Stderr())),
        cache_logger_on_first_use=True,
    )
    _of_libraries(form)


def _for_people() -> list[Processor]:
    colours = sys.stderr.isatty()
    with_exception = structlog.dev.set_exc_info if colours else structlog.processors.format_exc_info
    return [with_exception, structlog.dev.ConsoleRenderer(colors=colours)]


def _as_json() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _of_libraries(form: str) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if form == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_JsonFormatter())
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # the bus logs each failure, in one line
