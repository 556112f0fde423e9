"""The measured figures as a table and as JSON."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from herenow.errors import SettingsError
from herenow_compare.figures import Comparison, Latency, VersionFigures
from herenow_compare.load import BATCH

Row = tuple[str, str, str]


def show(found: Comparison, file: Path | None) -> None:
    """Prints the table on standard output, and writes the figures as JSON to `file`. With `-` for standard output, the
    table goes to standard error.

    Raises SettingsError where the file cannot be written.
    """
    to_output = file == Path("-")
    console = Console(stderr=to_output, highlight=False)
    console.print(table(found))
    console.print(footnote(found), markup=False)
    if to_output:
        print(as_json(found))
    elif file:
        _write(file, as_json(found))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(f"{text}\n")
    except OSError as error:
        raise SettingsError(f"cannot write {file}: {error.strerror}") from error


def table(found: Comparison) -> Table:
    plan = found.plan
    load = f"{plan.viewers:,} viewers, {plan.rate:,} positions per second"
    drawn = Table("", "version 1", "version 2", title=f"The article's versions: {load}", title_justify="left")
    for column in drawn.columns[1:]:
        column.justify = "right"
    for row in rows(found):
        drawn.add_row(*row)
    return drawn


def rows(found: Comparison) -> Iterator[Row]:
    one, two = found.version_1, found.version_2
    yield "on", "Cassandra", "RabbitMQ, Cassandra"
    yield "a viewer", f"polls every {found.poll_every_s:g} s", "WebSocket push"
    yield "update latency p50", _ms(one.latency.p50_ms), _ms(two.latency.p50_ms)
    yield "update latency p99", _ms(one.latency.p99_ms), _ms(two.latency.p99_ms)
    yield f"most viewers, p99 < {found.promised_ms:g} ms", _held(one), _held(two)
    yield "p99 at the last step", _end(one.ramp), _end(two.ramp)
    yield "positions stored per second *", f"{one.stored_per_second:,.0f}", f"{two.stored_per_second:,.0f}"
    yield "bytes per viewer and second", f"{one.bytes_per_viewer_second:,.0f}", f"{two.bytes_per_viewer_second:,.0f}"
    yield "processor time per second", _ms(one.cpu_ms_per_second), _ms(two.cpu_ms_per_second)
    yield "processor time per position *", _us(one.cpu_us_per_position), _us(two.cpu_us_per_position)


def footnote(found: Comparison) -> str:
    """The machine, the services and the method; below the table."""
    services = "RabbitMQ and Cassandra too" if found.services_here else "RabbitMQ or Cassandra elsewhere"
    return (
        f"* in a flood of batches of {BATCH:,}\n"
        f"{found.date[:10]}, {found.machine}, load {found.load_before:.1f} before; devices and viewers on the same "
        f"machine, {services}: figures vary with other programs there. {found.plan.seconds} s per measurement; latency "
        f"from a device's send to a viewer's client; processor time of Herenow's own processes.\n"
        f"{found.store}, {found.bus}"
    )


def as_json(found: Comparison) -> str:
    figures = msgspec.to_builtins(found)
    for name in ("version_1", "version_2"):
        figures[name]["viewers_held"] = getattr(found, name).held
    return msgspec.json.format(msgspec.json.encode(figures), indent=2).decode()


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.1f} ms"


def _us(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f} µs"


def _held(figures: VersionFigures) -> str:
    return f"{figures.held:,}" if figures.held else "none"


def _end(ramp: list[Latency]) -> str:
    if not ramp or ramp[-1].kept:
        return "within the limit"
    return f"{'some lost' if ramp[-1].p99_ms is None else _ms(ramp[-1].p99_ms)} at {ramp[-1].viewers:,}"
