"""The command `herenow`: options that its commands share."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from herenow import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
note = Console(stderr=True, soft_wrap=True, highlight=False)


@app.callback(invoke_without_command=True)
def herenow(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Real-time location platform: takes positions, shows them on a live map, and keeps their history."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]
StoreUrl = Annotated[str | None, typer.Option(help="Where positions are stored, like sqlite:///data/herenow.db.")]
BusUrl = Annotated[str | None, typer.Option(help="What carries positions: memory://, amqp://host/vhost or none.")]
Config = Annotated[Path | None, typer.Option(help="A TOML file with settings.")]
ServerUrl = Annotated[str, typer.Option(help="The server to report to.", envvar="HERENOW_SERVER")]
Serve = Annotated[bool, typer.Option("--serve", help="Start a server, too, instead of reporting to one.")]
