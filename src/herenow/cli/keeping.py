"""Commands about stored data: its size, and the erasure of a device."""

from typing import TYPE_CHECKING, Annotated

import typer

from herenow.cli.app import Config, ServerUrl, StoreUrl, app, note
from herenow.logs import set_up_logs
from herenow.run.loop import in_loop
from herenow.settings import read_settings

if TYPE_CHECKING:
    from herenow.history.queries.storage import Storage
    from herenow.run.storage import Left

EXIT_LEFT = 2  # the store still has rows of the device


@app.command()
def storage(store: StoreUrl = None, config: Config = None) -> None:
    """Show the number of stored positions, how long Herenow keeps them (HERENOW_KEEP_DAYS), their size on disk, and
    the predicted size if the next days are like the last seven, or like those since the first position.

    Example: `herenow storage --store cassandra://db1,db2/herenow`
    """
    from herenow.run.storage import read_storage

    set_up_logs()
    for line in _lines(in_loop(read_storage(read_settings(config, {"store": store})))):
        typer.echo(line)


def _lines(found: "Storage") -> list[str]:
    now = f"{found.positions:,} positions: {_size(found.position_bytes)}, and {_size(found.rollup_bytes)} of rollups"
    if found.predicted_bytes is None or not found.kinds:
        return [now, "No positions in the last seven days, so there is no prediction."]
    kinds = [
        f"  {name}: {kind.positions_per_day:,.0f} positions a day, kept {_days(kind.keep_days)}"
        for name, kind in found.kinds.items()
    ]
    grows = f", and {_size(found.growth_bytes_per_day)} more each day" if found.growth_bytes_per_day else ""
    return [now, *kinds, f"Predicted size on disk: {_size(found.predicted_bytes)}{grows}."]


def _days(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


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
    timeout: Annotated[float, typer.Option(help="Seconds to wait until nothing is left.")] = 900.0,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Erase a device and all its positions for good, and prove that nothing is left. Run it on the server's machine,
    as the server's user and with its store: the server's key is beside the store.

    Examples: `herenow erase phone-7`, `herenow erase phone-7 --store sqlite:////var/lib/herenow/herenow.db`
    """
    from herenow.run.storage import erase as erase_device

    set_up_logs()
    settings = read_settings(config, {"store": store})
    if not yes:
        typer.confirm(f"This erases all positions of {device} and cannot be undone. Erase?", abort=True)

    def show(left: "Left") -> None:
        note.print(f"left: {_counts(left)}", markup=False)

    left = in_loop(erase_device(settings, server, device, timeout, show))
    if not left["erased"]:
        note.print(
            f"herenow: the store still has {_counts(left)} of {device}; is `herenow rollup` running?", markup=False
        )
        raise typer.Exit(EXIT_LEFT)
    typer.echo(f"Nothing of {device} is left: {_counts(left)}.")


def _counts(left: "Left") -> str:
    return ", ".join(f"{left[name]} {name}" for name in ("positions", "devices", "changes", "rollups", "blocks"))
