"""`make services`: one RabbitMQ and one Cassandra in the foreground, their data kept."""

import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.services.service import Service, ServiceFailed
from tests.support.ports import taken

FOLDER = Path("data/services")
HOST = "127.0.0.1"
NEXT = """
export HERENOW_BUS={bus}
export HERENOW_STORE='{store}'

Both are up. In another terminal, with the two lines above:
    herenow schema
    herenow run --demo
Ctrl-C stops them; what they stored stays in {folder}."""


def main() -> None:
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.default_int_handler)
    try:
        services = _services()
    except ServiceFailed as error:
        sys.exit(str(error))
    try:
        with suppress(KeyboardInterrupt):
            _run(*services)
    except ServiceFailed as error:
        sys.exit(str(error))
    finally:
        _stop(services)


def _services() -> tuple[RabbitMQ, Cassandra]:
    management = None if taken(HOST, 15672) else 15672
    rabbitmq = RabbitMQ(FOLDER / "rabbitmq", 5672, management_port=management)
    cassandra = Cassandra(FOLDER / "cassandra", HOST, 9042, heap="1g", optimized=True)
    rabbitmq.check_port()
    cassandra.check_port()
    return rabbitmq, cassandra


def _run(rabbitmq: RabbitMQ, cassandra: Cassandra) -> None:
    print("Starting RabbitMQ and Cassandra ...", file=sys.stderr)
    services = rabbitmq, cassandra
    for service in services:
        service.launch()
    for service in services:
        service.wait_until_up()
    print(NEXT.format(bus=rabbitmq.url(), store=cassandra.url("herenow"), folder=FOLDER), flush=True)
    while all(service.pid for service in services):
        time.sleep(0.5)
    raise ServiceFailed(f"One of them ended by itself; see {FOLDER}/*/output.log")


def _stop(services: tuple[Service, ...]) -> None:
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.SIG_IGN)  # stopping takes seconds, and half of it would leave one running
    print("\nStopping ...", file=sys.stderr)
    for service in services:
        service.stop()


if __name__ == "__main__":
    main()
