"""Commands that import positions from files or a simulator, and export them to files."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from herenow.cli.app import Config, Serve, ServerUrl, StoreUrl, app, note
from herenow.errors import SettingsError
from herenow.intake.intake import Intake
from herenow.intake.retrying_sender import OnProgress, Progress
from herenow.logs import set_up_logs
from herenow.model.number import read_number
from herenow.model.report import Rejection
from herenow.progress import Bar, Share
from herenow.run.loop import SWITCH_INTERVAL, in_loop
from herenow.settings import read_settings

if TYPE_CHECKING:
    from collections import Counter

    from herenow.sources.files.importer import OnRejection
    from herenow.sources.files.rows import ImportRemark

FORMATS = "csv, ndjson, geojson, gpx, kml, czml, parquet; by the file's ending."

EXIT_LEFT_OUT = 1  # an import that took nothing, or left something out
MAX_NAMED = 20  # wrong rows that are listed; all are counted

Device = Annotated[
    str | None, typer.Option(help="Device id for rows without one, instead of the name of the file or track.")
]
Play = Callable[[Intake, OnProgress], Awaitable[Progress]]


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="Files as for `herenow import`.")],
    server: ServerUrl = "http://127.0.0.1:8000",
    serve: Serve = False,
    speed: Annotated[float, typer.Option(help="Speed factor; not with --shift.")] = 1.0,
    loop: Annotated[bool, typer.Option("--loop", help="Repeat for ever.")] = False,
    shift: Annotated[
        bool, typer.Option("--shift", help="Set report times to the time of the replay, at true speed.")
    ] = False,
    device: Device = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the devices: bus, car, ship …")] = None,
    prefix: Annotated[str, typer.Option(help="Prefix of each device id.")] = "",
) -> None:
    """Replay recordings, merged by time, to a running server or to one of its own.

    Examples: `herenow replay --shift tour.gpx`, `herenow replay --serve --shift --loop buses.csv.gz`
    """
    from herenow.sources.playback import Playback
    from herenow.sources.playback import replay as play
    from herenow.sources.recording import Recorded, load

    playback = Playback(speed=speed, loop=loop, shift=shift)
    loaded = load([Recorded(file, kind, prefix=prefix, device_id=device) for file in files])
    tell = _first_ones()
    for path, rejection in loaded.rejections:
        tell(path, rejection)
    _remark(loaded.remarks)
    if loaded.rejected:
        note.print(f"{loaded.rejected} rows left out, {len(loaded.recording)} kept")
    to = None if serve else server
    _deliver(to, lambda intake, progress: play(loaded.recording, intake, playback, on_progress=progress))


def _first_ones() -> "OnRejection":
    """Prints the errors of the first wrong rows, not of all in a large file."""
    from herenow.sources.files.readers import row_location

    left = MAX_NAMED

    def tell(path: Path, rejection: Rejection) -> None:
        nonlocal left
        if left:
            left -= 1
            note.print(f"{row_location(path, rejection)}: {rejection.reason}", markup=False)

    return tell


def _remark(remarks: "Counter[tuple[Path, ImportRemark]]") -> None:
    for (path, remark), count in remarks.items():
        note.print(f"{path}: {remark.what}: {count}; {remark.why}", markup=False)


@app.command(name="import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, NDJSON, GeoJSON, GPX or OwnTracks .rec, each may be gzipped.")
    ],
    server: ServerUrl = "http://127.0.0.1:8000",
    device: Device = None,
) -> None:
    """Import recordings into a running server, each position at its own time. A second import changes nothing.

    Exits with 1 if it imports nothing or leaves something out, and lists what and why.

    Examples: `herenow import herenow-2026-11-01.csv`, `herenow import rec/ada/phone/*.rec`
    """
    from herenow.intake.http_intake import RemoteIntake
    from herenow.sources.files.importer import Imported, import_files

    async def take_in() -> Imported:
        async with RemoteIntake(server) as intake:
            with Share(note) as bar:
                return await import_files(files, intake, bar.show, _first_ones(), device)

    set_up_logs()
    done = in_loop(take_in())
    _remark(done.remarks)
    note.print(f"{done.accepted} accepted, {done.rejected} rejected{_by_field(done.fields)}", markup=False)
    if not done.whole:
        raise typer.Exit(EXIT_LEFT_OUT)


def _by_field(fields: "Counter[str | None]") -> str:
    counts = ", ".join(f"{field or 'other'} {count}" for field, count in fields.most_common())
    return f" ({counts})" if counts else ""


@app.command()
def export(
    device: Annotated[list[str] | None, typer.Option(help="Device id; repeat it for several. Default: all.")] = None,
    format: Annotated[str | None, typer.Option(help=FORMATS)] = None,  # noqa: A002 - the flag
    start: Annotated[
        str, typer.Option("--from", help="Start of the range: a day, ISO 8601 with a zone, or Unix ms.")
    ] = "0",
    end: Annotated[str | None, typer.Option("--to", help="End of the range, exclusive. Default: none.")] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Leave out flagged positions.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output without it.")] = None,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Export history from the store to a file, with or without a running server.

    Examples: `herenow export -o all.csv`, `herenow export --device bus-7 --from 2026-11-01 -o bus-7.gpx`
    """
    from herenow.api.query import span
    from herenow.history.export.formats import format_named
    from herenow.run.export import export_file

    set_up_logs()
    settings = read_settings(config, {"store": store})
    made = format_named(format or _format_of(output)).make()
    range_ = span(start, end, 0)
    with Bar(note) as bar:
        count = in_loop(export_file(settings, made, device or [], range_, output, _showing(bar), raw=not clean))
    if not count:
        note.print("nothing was stored in that time: the file has no positions")


def _format_of(output: Path | None) -> str:
    from herenow.history.export.formats import FORMATS

    if output is None:
        return "csv"
    for one in FORMATS.values():
        if output.suffix.lower() == one.ending:
            return one.name
    endings = ", ".join(one.ending for one in FORMATS.values())
    raise SettingsError(f"output: expected a name that ends in one of {endings}, got {output.name!r}; or use --format")


def _showing(bar: Bar) -> Callable[[int], None]:
    return lambda count: bar.show(Progress(count, 0))


@app.command()
def simulate(
    devices: Annotated[int, typer.Option(help="How many vehicles.")] = 100,
    server: ServerUrl = "http://127.0.0.1:8000",
    serve: Serve = False,
    interval: Annotated[float, typer.Option(help="Seconds between two reports of a vehicle.")] = 2.0,
    rate: Annotated[float | None, typer.Option(help="Positions per second in total, instead of --interval.")] = None,
    seconds: Annotated[float | None, typer.Option(help="How long; without it, until Ctrl-C.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same routes.")] = 1,
    noise: Annotated[float, typer.Option(help="Position noise in metres.")] = 2.0,
    gaps: Annotated[float, typer.Option(help="Share of the time without reports.")] = 0.0,
    late: Annotated[float, typer.Option(help="Share of the reports that come late, after newer ones.")] = 0.0,
    duplicates: Annotated[float, typer.Option(help="Share of the reports that are sent twice.")] = 0.0,
    centre: Annotated[str, typer.Option(help="latitude,longitude of the synthetic city.")] = "30.27,-97.525",
    prefix: Annotated[str, typer.Option(help="Prefix of the device ids.")] = "vehicle-",
) -> None:
    """Drive a simulated fleet through a synthetic city and report it to a running server or one of its own.

    Examples: `herenow simulate --devices 500`, `herenow simulate --devices 2000 --rate 1000 --late 0.2`
    """
    from herenow.sources.simulator.city import City
    from herenow.sources.simulator.fleet import Flaws, SimulatedFleet
    from herenow.sources.simulator.fleet import simulate as drive

    if rate is not None and rate <= 0:
        raise SettingsError(f"rate: expected more than 0 positions a second, got {rate}")
    flaws = Flaws(noise=noise, gaps=gaps, late=late, duplicates=duplicates)
    fleet = SimulatedFleet(devices, City(*_place(centre)), seed=seed, flaws=flaws, prefix=prefix)
    every = devices / rate if rate is not None else interval
    _deliver(
        None if serve else server,
        lambda intake, progress: drive(fleet, intake, every, seconds=seconds, on_progress=progress),
    )


def _place(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (read_number(number) for number in text.split(","))
    except ValueError as error:
        raise SettingsError(f"centre: expected latitude,longitude like 60.17,24.94, got {text!r}") from error
    return latitude, longitude


def _deliver(server: str | None, play: Play) -> None:
    """Plays to the server at that address, or to one in this process, which continues afterwards."""
    from herenow.intake.http_intake import RemoteIntake
    from herenow.run.server import serve

    async def into(intake: Intake) -> None:
        with Bar(note) as bar:
            done = await play(intake, bar.show)
        note.print(f"{done.sent} accepted, {done.rejected} rejected")

    async def into_remote(url: str) -> None:
        async with RemoteIntake(url) as intake:
            await into(intake)

    set_up_logs()
    if server is not None:
        in_loop(into_remote(server))
    else:
        sys.setswitchinterval(SWITCH_INTERVAL)
        in_loop(serve(read_settings(None, {}), into, rollups=True))
