"""Commands that run processes, and set up their services."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from herenow.cli.app import BusUrl, Config, Host, Port, StoreUrl, app, note
from herenow.logs import set_up_logs
from herenow.progress import DaysProgress
from herenow.run.loop import SWITCH_INTERVAL, in_loop
from herenow.settings import check_shared, read_settings


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Replay recorded vehicles and simulate a fleet.")] = False,
    host: Host = None,
    port: Port = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Run everything in one process: take positions, store them, show them.

    Examples: `herenow run`, `herenow run --demo`, `herenow run --port 9000 --store sqlite:////var/lib/herenow/h.db`
    """
    from herenow.run.server import serve

    set_up_logs()
    settings = read_settings(config, {"host": host, "port": port, "store": store, "bus": bus})
    sys.setswitchinterval(SWITCH_INTERVAL)
    if demo:
        from herenow.api.context import MapConfig
        from herenow.sources.demo import run_demo, scene

        demo_scene = scene()
        shown = MapConfig(demo_scene.attributions, demo_scene.notices, demo_scene.start, demo_scene.streets)
        in_loop(serve(settings, run_demo, shown, rollups=True))
    else:
        in_loop(serve(settings, rollups=True))


@app.command(name="serve")
def serve_alone(
    host: Host = None,
    port: Port = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port, each with a hub.")] = 1,
    worker: Annotated[Path | None, typer.Option("--worker", hidden=True)] = None,
    config: Config = None,
) -> None:
    """Take positions and show them; `herenow record` stores them. Several may run, behind any load balancer.

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
    port: Annotated[int | None, typer.Option(help="Port for /healthz, /readyz and /metrics; default: none.")] = None,
    host: Host = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Consume positions from the bus, store them, announce them. Several may run: each takes some shards, and takes
    over those of another that ends.

    Example: `herenow record --store cassandra://db1,db2/herenow --bus amqp://herenow:secret@mq1,mq2/`
    """
    from herenow.run.record import record as run_recorder

    set_up_logs()
    settings = read_settings(config, {"host": host, "port": port, "store": store, "bus": bus})
    check_shared(settings, records=True)
    in_loop(run_recorder(settings, port))


@app.command()
def rollup(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rebuild all rollups, and exit.")] = False,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Build the rollups that history reads from stored positions, and rebuild what changes. One must run, and on
    Cassandra several may; `herenow run` has its own.

    Examples: `herenow rollup --store cassandra://db1,db2/herenow`, `herenow rollup --rebuild`
    """
    from herenow.run.rollup import keep_rollups, rebuild_rollups

    set_up_logs()
    settings = read_settings(config, {"store": store})
    if not rebuild:
        in_loop(keep_rollups(settings, child=child))
        return
    with DaysProgress(note) as days:
        in_loop(rebuild_rollups(settings, days.show))


@app.command(hidden=True)
def history(
    socket: Annotated[str, typer.Argument(help="The Unix socket to listen on.")],
    store: StoreUrl = None,
    config: Config = None,
) -> None:
    """Answer history requests beside a server, which starts this process."""
    from herenow.run.history import answer_history

    set_up_logs()
    in_loop(answer_history(read_settings(config, {"store": store}), socket))


@app.command()
def schema(store: StoreUrl = None, bus: BusUrl = None, config: Config = None) -> None:
    """Create missing tables in Cassandra and missing queues in RabbitMQ. A second run changes nothing.

    Example: `herenow schema --store cassandra://db1,db2/herenow?replication=3 --bus amqp://herenow:secret@mq1,mq2/`
    """
    from herenow.run.schema import make_schema

    set_up_logs()
    for line in in_loop(make_schema(read_settings(config, {"store": store, "bus": bus}))):
        note.print(line, markup=False)


@app.command()
def compare(
    viewers: Annotated[int, typer.Option(help="Viewers whose latency, bytes and processor time are measured.")] = 100,
    rate: Annotated[int, typer.Option(help="Positions per second, each from a device of its own.")] = 5,
    seconds: Annotated[int, typer.Option(help="Seconds of each measurement.")] = 6,
    json: Annotated[Path | None, typer.Option(help="Write the figures as JSON there; - is standard output.")] = None,
    store: StoreUrl = None,
    bus: BusUrl = None,
    config: Config = None,
) -> None:
    """Measure the article's two versions side by side: Cassandra and polling, RabbitMQ and sockets.

    It takes about two minutes, creates the keyspace NAME_compare for the configured keyspace NAME, and needs a vhost
    that no other program uses.

    Example: `herenow compare --store cassandra://db1/herenow --bus amqp://herenow:secret@mq1/compare --json -`
    """
    from herenow.progress import Stages
    from herenow_compare import comparison, table
    from herenow_compare.figures import Plan

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
