"""Commands that keep a copy of a store, and fill a store from it or from another one."""

from pathlib import Path
from typing import Annotated

import typer

from herenow.cli.app import Config, StoreUrl, app, note
from herenow.errors import SettingsError
from herenow.logs import set_up_logs
from herenow.progress import DaysProgress
from herenow.run.loop import in_loop
from herenow.settings import read_settings

EXIT_LEFT_OUT = 1

Resume = Annotated[bool, typer.Option("--resume", help="Go on with what was interrupted; the store is not empty then.")]


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, or one with an earlier backup.")],
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Save all positions and devices to a folder, while everything works. With an earlier backup there, only what
    changed is written; if this is interrupted, the earlier one stays whole. Any store can be restored from it.

    Example: `herenow backup /mnt/backup/herenow --store cassandra://db1,db2/herenow`
    """
    from herenow.run.backup import save_store

    set_up_logs()
    with DaysProgress(note) as days:
        made, damages = in_loop(save_store(read_settings(config, {"store": store}), folder, days.show))
    count = sum(saved.count for saved in made.days.values())
    typer.echo(f"{folder} has {count:,} positions of {len(made.days)} days, and {made.devices.count:,} devices.")
    _end(damages)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `herenow backup` made.")],
    resume: Resume = False,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Fill an empty store from a backup, and read each row back. Stop Herenow before, unless the store is Cassandra.
    Rollups are built by the next start.

    Example: `herenow restore /mnt/backup/herenow --store sqlite:////var/lib/herenow/herenow.db`
    """
    from herenow.run.backup import restore_store

    set_up_logs()
    with DaysProgress(note) as days:
        made = in_loop(restore_store(read_settings(config, {"store": store}), folder, days.show, resume=resume))
    count = sum(saved.count for saved in made.days.values())
    typer.echo(f"Restored and read back: {count:,} positions and {made.devices.count:,} devices of {made.made}.")


@app.command()
def move(
    target: Annotated[str, typer.Argument(help="The URL of the new store, which is empty.")],
    resume: Resume = False,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Copy everything from one store to another of any kind, and read each row back. Stop Herenow before. The old store
    stays as it is. Create the tables of a Cassandra with `herenow schema` first.

    Example: `herenow move cassandra://db1,db2/herenow --store sqlite:///data/herenow.db`
    """
    from herenow.run.backup import move_store

    set_up_logs()
    settings, to = (read_settings(config, {"store": url}) for url in (store, target))
    if settings.store == to.store:
        raise SettingsError(f"expected another store than {settings.shown('store')} to move to")
    with DaysProgress(note) as days:
        positions, devices, damages = in_loop(move_store(settings, to, days.show, resume=resume))
    typer.echo(f"Moved and read back: {positions:,} positions and {devices:,} devices. HERENOW_STORE may name it now.")
    _end(damages)


def _end(damages: list[str]) -> None:
    """What is damaged is not in the copy."""
    for what in damages:
        note.print(f"herenow: left out: {what}", markup=False)
    raise typer.Exit(EXIT_LEFT_OUT if damages else 0)
