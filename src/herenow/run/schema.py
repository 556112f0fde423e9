"""`herenow schema`: makes the tables and queues that a cluster needs."""

from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.run.store import cluster_setting
from herenow.settings import Settings
from herenow.store.cassandra.url import read_cassandra_url


async def make_schema(settings: Settings) -> list[str]:
    """Makes tables and queues that are missing; twice changes nothing. Tells what is there now.

    Raises HerenowError that says what is in the way.
    """
    made = []
    if settings.store.startswith("cassandra:"):
        with cluster_setting("HERENOW_STORE"):
            from herenow.store.cassandra.store import apply_schema

            store = read_cassandra_url(settings.store)
        await apply_schema(store)
        made.append(f"the tables are in {settings.shown('store')}")
    if settings.bus.startswith("amqp"):
        with cluster_setting("HERENOW_BUS"):
            from herenow.bus.rabbitmq.topology import make_queues

            bus = read_rabbit_url(settings.bus)
        await make_queues(bus)
        made.append(f"the queues are in {settings.shown('bus')}")
    return made or ["nothing to make: sqlite:// and memory:// need no schema"]
