"""`herenow check`: what is wrong with a set-up, in words."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import typer

from herenow.cli.app import BusUrl, Config, ServerUrl, StoreUrl, app, note
from herenow.logs import set_up_logs
from herenow.progress import BlocksProgress
from herenow.run.loop import in_loop
from herenow.settings import read_settings

if TYPE_CHECKING:
    from herenow.model.finding import Finding

EXIT_WARNING, EXIT_FAULT = 1, 2
_MARKS = {"good": "[green]good   [/]", "warning": "[yellow]warning[/]", "fault": "[red]fault  [/]"}


@app.command()
def check(
    server: ServerUrl = "http://127.0.0.1:8000",
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Examine this set-up and say what is wrong and what to do: store, disk, bus, limits, clocks, the server and the
    proxies before it. It changes nothing and may run beside everything. Give the address that viewers use.

    Exits with 0 where all is good, 1 with a warning, 2 with a fault.

    Examples: `herenow check`, `herenow check --server https://map.example.org`
    """
    from herenow.run.check import check as examine

    set_up_logs()
    settings = read_settings(config, {"store": store, "bus": bus})
    with BlocksProgress(note) as blocks:
        verdicts = in_loop(_show(examine(settings, server, blocks.show)))
    raise typer.Exit(EXIT_FAULT if "fault" in verdicts else EXIT_WARNING if "warning" in verdicts else 0)


async def _show(findings: AsyncIterator["Finding"]) -> set[str]:
    """Prints each as it is found; returns which verdicts there were."""
    verdicts = set[str]()
    async for finding in findings:
        verdicts.add(finding.verdict)
        note.print(_MARKS[finding.verdict], end=" ")
        note.print(f"{finding.part}: {finding.what}", markup=False)
        if finding.advice:
            note.print(f"        {finding.advice}", markup=False)
    return verdicts
