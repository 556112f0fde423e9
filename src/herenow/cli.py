"""The command `herenow`."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from herenow import __version__
from herenow.errors import HerenowError, SettingsError
from herenow.logs import set_up_logs
from herenow.progress import Bar
from herenow.run.loop import SWITCH_INTERVAL, in_loop
from herenow.settings import check_shared, read_settings
from herenow.sources.deliver import OnProgress, Progress
from herenow.sources.report import Intake

EXIT_WRONG = 2  # what was asked for cannot be done; the line on standard error says why
EXIT_INTERRUPTED = 130

Play = Callable[[Intake, OnProgress], Awaitable[Progress]]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
note = Console(stderr=True, soft_wrap=True, highlight=False)


def main() -> None:
    """Ends with 0, or with 2 and one line on standard error, or with 130 after Ctrl-C."""
    try:
        app()
    except HerenowError as error:
        note.print(f"herenow: {error}", markup=False)
        sys.exit(EXIT_WRONG)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)


@app.callback(invoke_without_command=True)
def herenow(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Real-time location platform: positions in, a map that moves at once, and where everything has been."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]
StoreUrl = Annotated[str | None, typer.Option(help="Where positions are kept, like sqlite:///data/herenow.db.")]
BusUrl = Annotated[str | None, typer.Option(help="What carries positions: memory://, amqp://host/vhost or none.")]
Config = Annotated[Path | None, typer.Option(help="A TOML file with settings.")]
ServerUrl = Annotated[str, typer.Option(help="The server to report to.", envvar="HERENOW_SERVER")]
Serve = Annotated[bool, typer.Option("--serve", help="Be the server as well, instead of reporting to one.")]


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Replay recorded vehicles and simulate a fleet.")] = False,
    host: Host = None,
    port: Port = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Everything in one process: takes positions, stores them, shows them.

    Examples: `herenow run`, `herenow run --demo`, `herenow run --port 9000 --store sqlite:////var/lib/herenow/h.db`
    """
    from herenow.run.server import serve

    set_up_logs()
    settings = read_settings(config, {"host": host, "port": port, "store": store, "bus": bus})
    sys.setswitchinterval(SWITCH_INTERVAL)
    if demo:
        from herenow.api.parts import Scene
        from herenow.sources.demo import run_demo, scene

        told = scene()
        shown = Scene(told.attributions, told.notices, told.start, told.streets)
        in_loop(serve(settings, run_demo, shown))
    else:
        in_loop(serve(settings))


@app.command(name="serve")
def serve_alone(
    host: Host = None,
    port: Port = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port, each with a hub.")] = 1,
    worker: Annotated[bool, typer.Option("--worker", hidden=True)] = False,
    config: Config = None,
) -> None:
    """Take positions and show them; what `herenow record` stores. Several may run, behind any load balancer.

    Without a bus (`--bus none`) it stores them itself, and clients poll.

    Example: `herenow serve --workers 4 --store cassandra://db1,db2/herenow --bus amqp://herenow:secret@mq1,mq2/`
    """
    from herenow.run.server import serve
    from herenow.run.workers import serve_by_workers

    set_up_logs()
    settings = read_settings(config, {"host": host, "port": port, "store": store, "bus": bus})
    check_shared(settings, records=False)
    if workers > 1:
        in_loop(serve_by_workers(settings, workers))
    else:
        in_loop(serve(settings, records=settings.bus == "none", worker=worker))


@app.command()
def record(
    port: Annotated[int | None, typer.Option(help="Port for /healthz, /readyz and /metrics; without it, none.")] = None,
    host: Host = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Take positions off the bus, store them, announce them. Several may run: each takes some shards, and the others'
    when they end.

    Example: `herenow record --store cassandra://db1,db2/herenow --bus amqp://herenow:secret@mq1,mq2/`
    """
    from herenow.run.record import record as run_recorder

    set_up_logs()
    settings = read_settings(config, {"host": host, "store": store, "bus": bus})
    check_shared(settings, records=True)
    in_loop(run_recorder(settings, port))


@app.command()
def schema(store: StoreUrl = None, bus: BusUrl = None, config: Config = None) -> None:
    """Make the tables in Cassandra and the queues in RabbitMQ that are missing. Twice changes nothing.

    Example: `herenow schema --store cassandra://db1,db2/herenow?replication=3 --bus amqp://herenow:secret@mq1,mq2/`
    """
    from herenow.run.pipeline import make_schema

    set_up_logs()
    for line in in_loop(make_schema(read_settings(config, {"store": store, "bus": bus}))):
        note.print(line, markup=False)


@app.command()
def compare(
    viewers: Annotated[int, typer.Option(help="Whose latency, bytes and processor time are told.")] = 100,
    rate: Annotated[int, typer.Option(help="Positions a second, from as many devices.")] = 5,
    seconds: Annotated[int, typer.Option(help="How long each measurement lasts.")] = 6,
    json: Annotated[Path | None, typer.Option(help="Write the figures there, too; - is standard output.")] = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Measure the article's two versions side by side: Cassandra and polling, RabbitMQ and sockets.

    It takes some two minutes, makes a keyspace of its own beside the configured one, and needs a vhost that nobody else
    uses meanwhile.

    Example: `herenow compare --store cassandra://db1/herenow --bus amqp://herenow:secret@mq1/compare --json -`
    """
    from herenow.compare import comparison, table
    from herenow.compare.figures import Plan
    from herenow.progress import Stages

    set_up_logs()
    settings = read_settings(config, {"store": store, "bus": bus})
    notes: list[str] = []
    try:
        with Stages(note, comparison.STAGES) as stages:
            found = in_loop(comparison.compare(settings, Plan(viewers, rate, seconds), stages.begin, notes))
    finally:
        for line in notes:
            note.print(f"herenow: {line}", markup=False)
    if found is None:
        raise KeyboardInterrupt
    table.show(found, json)


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="CSV, NDJSON or GPX files, each may be gzipped.")],
    server: ServerUrl = "http://127.0.0.1:8000",
    serve: Serve = False,
    speed: Annotated[float, typer.Option(help="Times as fast as it happened.")] = 1.0,
    loop: Annotated[bool, typer.Option("--loop", help="Begin again at the end, for ever.")] = False,
    shift: Annotated[bool, typer.Option("--shift", help="Date each report to the moment it is played.")] = False,
    kind: Annotated[str | None, typer.Option(help="What the devices are: bus, car, ship …")] = None,
    prefix: Annotated[str, typer.Option(help="Put before each device id.")] = "",
) -> None:
    """Play recordings again, merged by time, into a running server or one of its own.

    Examples: `herenow replay tour.gpx`, `herenow replay --serve --speed 60 --shift --loop buses.csv.gz`
    """
    from herenow.sources.recording import Recorded, load
    from herenow.sources.replay import Playback
    from herenow.sources.replay import replay as play

    playback = Playback(speed=speed, loop=loop, shift=shift)
    loaded = load([Recorded(file, kind=kind, prefix=prefix) for file in files])
    for path, rejection in loaded.rejections[:10]:
        where = f" {rejection.field}:" if rejection.field else ""
        note.print(f"{path}: row {rejection.index}:{where} {rejection.reason}", markup=False)
    if loaded.rejected:
        note.print(f"{loaded.rejected} rows left out, {len(loaded.recording)} kept")
    to = None if serve else server
    _deliver(to, lambda intake, told: play(loaded.recording, intake, playback, on_progress=told))


@app.command()
def simulate(
    devices: Annotated[int, typer.Option(help="How many vehicles.")] = 100,
    server: ServerUrl = "http://127.0.0.1:8000",
    serve: Serve = False,
    interval: Annotated[float, typer.Option(help="Seconds between two reports of a vehicle.")] = 2.0,
    rate: Annotated[float | None, typer.Option(help="Positions a second in all, instead of an interval.")] = None,
    seconds: Annotated[float | None, typer.Option(help="How long; without it, until Ctrl-C.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed drives the same ways.")] = 1,
    noise: Annotated[float, typer.Option(help="Metres by which fixes are off.")] = 2.0,
    gaps: Annotated[float, typer.Option(help="Share of the time without reports.")] = 0.0,
    late: Annotated[float, typer.Option(help="Share of the reports that come late, after newer ones.")] = 0.0,
    duplicates: Annotated[float, typer.Option(help="Share of the reports that are sent twice.")] = 0.0,
    centre: Annotated[str, typer.Option(help="latitude,longitude of the synthetic city.")] = "30.27,-97.525",
    prefix: Annotated[str, typer.Option(help="What device ids begin with.")] = "vehicle-",
) -> None:
    """Drive a simulated fleet through a synthetic city and report it to a running server or one of its own.

    Examples: `herenow simulate --devices 500`, `herenow simulate --devices 2000 --rate 1000 --late 0.2`
    """
    from herenow.sources.city import City
    from herenow.sources.simulator import Flaws, Fleet
    from herenow.sources.simulator import simulate as drive

    if rate is not None and rate <= 0:
        raise SettingsError(f"rate: expected more than 0 positions a second, got {rate}")
    flaws = Flaws(noise=noise, gaps=gaps, late=late, duplicates=duplicates)
    fleet = Fleet(devices, City(*_place(centre)), seed=seed, flaws=flaws, prefix=prefix)
    every = devices / rate if rate is not None else interval
    _deliver(
        None if serve else server, lambda intake, told: drive(fleet, intake, every, seconds=seconds, on_progress=told)
    )


def _place(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(number) for number in text.split(","))
    except ValueError as error:
        raise SettingsError(f"centre: expected latitude,longitude like 60.17,24.94, got {text!r}") from error
    return latitude, longitude


def _deliver(server: str | None, play: Play) -> None:
    """Into the server at that address, or into one in this process, which goes on when all is played."""
    from herenow.run.server import serve
    from herenow.sources.remote import RemoteIntake

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
        in_loop(serve(read_settings(None, {}), into))
