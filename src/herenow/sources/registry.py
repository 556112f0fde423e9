"""The sources of a server. A new protocol is one module beside this one, one line here, and its docs."""

from herenow.bus.port import BusStatus
from herenow.settings import Settings
from herenow.sources.article import ArticleConsumer
from herenow.sources.bus_inbox import find_inbox
from herenow.sources.json_reports import JsonReports
from herenow.sources.port import FindSource, HttpSource, Source

HTTP: tuple[HttpSource, ...] = (
    JsonReports(),
    ArticleConsumer(),
)
RUNNING: tuple[FindSource, ...] = (find_inbox,)


def running_sources(settings: Settings, bus: BusStatus) -> list[Source]:
    """Those that run in this server."""
    return [source for find in RUNNING if (source := find(settings, bus))]
