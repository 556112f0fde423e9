"""The command `herenow`."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from herenow import __version__
from herenow.errors import HerenowError
from herenow.logs import set_up_logs
from herenow.settings import read_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
EXIT_WRONG = 2  # what was asked for cannot be done; the line on standard error says why


def main() -> None:
    """Ends with 0, or with 2 and one line on standard error."""
    try:
        app()
    except HerenowError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"herenow: {error}", markup=False)
        sys.exit(EXIT_WRONG)


def in_loop(work: Coroutine[Any, Any, None]) -> None:
    """Runs to the end on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)


@app.callback(invoke_without_command=True)
def herenow(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Real-time location platform: positions in, a map that moves at once, and where everything has been."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Replay recorded vehicles and simulate a fleet.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    store: Annotated[str | None, typer.Option(help="Where positions are kept, like sqlite:///data/herenow.db.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
) -> None:
    """Everything in one process.

    Examples: `herenow run`, `herenow run --demo`, `herenow run --port 9000 --store sqlite:////var/lib/herenow/positions.db`
    """
    from herenow.run import run as serve

    set_up_logs()
    settings = read_settings(config, {"host": host, "port": port, "store": store})
    sys.setswitchinterval(SWITCH_INTERVAL)
    in_loop(serve(settings))


SWITCH_INTERVAL = 0.0005  # s; how long the thread that writes to SQLite may wait for the interpreter
