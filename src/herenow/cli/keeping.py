"""Commands about what is kept: how much it takes, and what is to be forgotten."""

from typing import TYPE_CHECKING, Annotated

import typer

from herenow.cli.app import Config, ServerUrl, StoreUrl, app, note
from herenow.logs import set_up_logs
from herenow.run.loop import in_loop
from herenow.settings import read_settings

if TYPE_CHECKING:
    from herenow.history.queries.storage import Storage
    from herenow.run.storage import Left

EXIT_LEFT = 2  # something of a device is still there


@app.command()
def storage(store: StoreUrl = None, config: Config = None) -> None:
    """What is kept, how long (HERENOW_KEEP_DAYS), what it takes on disk, and what it will take if the next days are
    like the last seven, or like those since the first position.

    Example: `herenow storage --store cassandra://db1,db2/herenow`
    """
    from herenow.run.storage import read_storage

    set_up_logs()
    for line in _lines(in_loop(read_storage(read_settings(config, {"store": store})))):
        typer.echo(line)


def _lines(found: "Storage") -> list[str]:
    now = f"{found.positions:,} positions: {_size(found.position_bytes)}, and {_size(found.rollup_bytes)} of rollups"
    if found.predicted is None or not found.kinds:
        return [now, "Nothing came in the last seven days, so nothing can be predicted."]
    kinds = [
        f"  {name}: {kind.a_day:,.0f} positions a day, kept {'for ever' if kind.kept is None else f'{kind.kept} days'}"
        for name, kind in found.kinds.items()
    ]
    grows = f", and {_size(found.grows)} more each day" if found.grows else ""
    return [now, *kinds, f"If it goes on like that it will take {_size(found.predicted)}{grows}."]


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


@app.command()
def erase(
    device: Annotated[str, typer.Argument(help="The id of the device.")],
    server: ServerUrl = "http://127.0.0.1:8000",
    patience: Annotated[float, typer.Option(help="Seconds to wait until nothing is left.")] = 900.0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Take a device and all that it ever reported away, for good, and show that nothing is left. Run it on the server's
    own machine, as its user and with its store: the server's key is beside that.

    Examples: `herenow erase phone-7`, `herenow erase phone-7 --store sqlite:////var/lib/herenow/herenow.db`
    """
    from herenow.run.storage import erase as erase_device

    set_up_logs()
    settings = read_settings(config, {"store": store})
    if not yes:
        typer.confirm(f"Everything that {device} ever reported goes and cannot be had back. Erase it?", abort=True)

    def told(left: "Left") -> None:
        note.print(f"left: {_counts(left)}", markup=False)

    left = in_loop(erase_device(settings, server, device, patience, told))
    if not left["nothing"]:
        note.print(f"herenow: of {device} there is still {_counts(left)}; does `herenow rollup` run?", markup=False)
        raise typer.Exit(EXIT_LEFT)
    typer.echo(f"Nothing of {device} is left: {_counts(left)}.")


def _counts(left: "Left") -> str:
    return ", ".join(f"{left[name]} {name}" for name in ("positions", "devices", "changes", "rollups", "blocks"))
