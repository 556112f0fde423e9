"""A session with Cassandra: the one file that knows the driver, and its failures in our words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar, cast

import acsylla  # type: ignore[import-untyped]  # it has no stubs; the protocols below say what is used of it
from acsylla.errors import CassException  # type: ignore[import-untyped]

from herenow.errors import BadRequest, StoreUnavailable
from herenow.store.cassandra.url import CassandraUrl
from herenow.store.port import READ_DEADLINE, TOO_MUCH

REQUEST_WITHIN = 4.5  # s
CONNECT_WITHIN = 4.0  # s
CLOSE_WITHIN = 2.0  # s
RECONNECT_AFTER = (200, 2000)  # ms, the first pause and the longest
HEARTBEAT = 5  # s
SILENT = 15  # s; a connection that does not answer for this long is opened again

_T = TypeVar("_T")

Values = tuple[object, ...]
Row = tuple[Any, ...]


class Statement(Protocol):
    def bind(self, index: int, value: object) -> None: ...
    def set_is_idempotent(self, is_idempotent: bool) -> None: ...


class PreparedQuery(Protocol):
    def bind(self, parameters: Values, page_size: int | None = None, page_state: bytes | None = None) -> Statement: ...


class StatementBatch(Protocol):
    def add_statement(self, statement: Statement) -> None: ...
    def set_is_idempotent(self, is_idempotent: bool) -> None: ...


class CassandraSession:
    """Every method raises StoreUnavailable with one line for the operator; after a failure it finds its way back.
    Those that bind values raise BadRequest where the server will never take one of them."""

    def __init__(self, session: Any, url: CassandraUrl) -> None:
        self._session = session
        self._url = url
        self._open = True

    async def prepare(self, query: str) -> PreparedQuery:
        with self._in_our_words():
            return cast("PreparedQuery", await self._session.create_prepared(query))

    async def run(self, query: str) -> list[Row]:
        """The rows of a query that is not worth preparing, the first 5,000."""
        with self._in_our_words():
            return _rows(await self._session.execute(acsylla.create_statement(query, page_size=5000)))

    def batch(self) -> StatementBatch:
        """An empty unlogged one. What it takes must bear being done twice."""
        batch = cast("StatementBatch", acsylla.create_batch_unlogged())
        batch.set_is_idempotent(True)
        return batch

    async def send(self, batch: StatementBatch) -> None:
        with self._in_our_words(bound=True):
            await self._session.execute_batch(batch)

    async def pages(self, query: PreparedQuery, values: Values, size: int) -> AsyncIterator[list[Row]]:
        """The rows, up to `size` at a time."""
        state: bytes | None = None
        while True:
            statement = query.bind(values, page_size=size, page_state=state)
            statement.set_is_idempotent(True)
            with self._in_our_words(bound=True):
                result = await self._session.execute(statement)
            yield _rows(result)
            if not result.has_more_pages():
                return
            state = result.page_state()

    async def close(self) -> None:
        """Gives up waiting for a node that does not answer."""
        self._open = False
        with contextlib.suppress(TimeoutError, CassException):
            await asyncio.wait_for(self._session.close(), CLOSE_WITHIN)

    @contextlib.asynccontextmanager
    async def deadline(self, seconds: float) -> AsyncIterator[None]:
        """For several requests. Those under way are not called back: what they write is written all the same."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise StoreUnavailable(
                f"Cassandra at {self._url.place} did not finish within {seconds:.1f} s; it is stalled or overloaded: "
                "see its log"
            ) from error

    @contextlib.contextmanager
    def _in_our_words(self, *, bound: bool = False) -> Iterator[None]:
        """`bound`: the statement was prepared before, so a refusal may be of its values."""
        if not self._open:
            raise StoreUnavailable("the store is being closed")
        try:
            yield
        except CassException as error:
            if bound and refuses_value(error):
                raise BadRequest(f"Cassandra refused a value: {_text(error)}") from error
            raise StoreUnavailable(explain(error, self._url)) from error


async def open_session(url: CassandraUrl, request_within: float = REQUEST_WITHIN) -> CassandraSession:
    """Raises StoreUnavailable where it cannot connect."""
    try:
        session = await acsylla.create_cluster(
            list(url.hosts),
            port=url.port,
            username=url.user,
            password=url.password,
            connect_timeout=CONNECT_WITHIN,
            request_timeout=request_within,
            consistency=acsylla.Consistency.LOCAL_QUORUM,
            load_balance_dc_aware=url.datacenter,
            exponential_reconnect_base_delay_ms=RECONNECT_AFTER[0],
            exponential_reconnect_max_delay_ms=RECONNECT_AFTER[1],
            heartbeat_interval_sec=HEARTBEAT,
            idle_timeout_sec=SILENT,
            log_level="disabled",  # what fails reaches us as an error
            application_name="herenow",
        ).create_session()
    except CassException as error:
        raise StoreUnavailable(explain(error, url)) from error
    return CassandraSession(session, url)


@contextlib.asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """For the requests of one read. Raises BadRequest where they take longer than it may."""
    try:
        async with asyncio.timeout(READ_DEADLINE):
            yield
    except TimeoutError as error:
        raise BadRequest(TOO_MUCH.format(READ_DEADLINE)) from error


async def in_parallel(items: Sequence[_T], do: Callable[[_T], Awaitable[None]], at_once: int) -> None:
    """Does it for each item, so many at once. The first failure ends all and is raised."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await do(item)

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(at_once, len(items))):
                tasks.create_task(work())
    except ExceptionGroup as group:
        first = group.exceptions[0]
        raise first from first.__cause__


def refuses_value(error: Exception) -> bool:
    """Whether a prepared statement failed by its values, so that it fails whenever it is tried. What an operator can
    mend without them, tables or settings or a full disk, comes as the same error and differs by its words."""
    kind = _kind(error)
    if kind == "ServerInvalidQuery":
        return not any(words in str(error) for words in _MENDABLE)
    return kind in _INVALID_DATA


_INVALID_DATA = (
    "LibInvalidData",
    "LibInvalidItemCount",
    "LibInvalidValueType",
    "LibMessageEncode",
    "LibParameterUnset",
)
_MENDABLE = (
    "does not exist",
    "unconfigured",
    "ndefined column",
    "nknown keyspace",
    "eplication",
    "onsistency",
    "disk usage",
    "Batch too large",
)


def explain(error: Exception, url: CassandraUrl) -> str:
    """One line: where, what, and what to do."""
    kind, text = _kind(error), _text(error)
    for names, words, line in _LINES:
        if kind.startswith(names) and words in text:
            return line.format(
                place=url.place,
                text=text,
                keyspace=url.keyspace,
                datacenter=url.datacenter,
                user=url.user,
                seconds=REQUEST_WITHIN,
            )
    return f"Cassandra at {url.place} failed: {text}; look at its log"


def _kind(error: Exception) -> str:
    return type(error).__name__.removeprefix("CassError")


def _text(error: Exception) -> str:
    return " ".join(str(error).split()).removeprefix("Invalid query: ").removeprefix("No hosts available: ")


_LINES: tuple[tuple[str | tuple[str, ...], str, str], ...] = (
    (
        "",
        "local datacenter is valid",
        "Cassandra at {place} has no datacenter {datacenter!r}; give its name as ?datacenter= in HERENOW_STORE",
    ),
    (
        "ServerBadCredentials",
        "",
        "wrong user or password for Cassandra at {place}, user {user!r}; correct them in HERENOW_STORE",
    ),
    (
        ("LibNoHosts", "LibUnable", "LibHostResolution", "LibWriteError"),
        "",
        "cannot reach Cassandra at {place}: {text}; start it, or set HERENOW_STORE to where it is",
    ),
    (
        ("LibRequestTimedOut", "ServerWriteTimeout", "ServerReadTimeout"),
        "",
        "Cassandra at {place} did not answer within {seconds:.1f} s ({text}); it is stalled or overloaded: see its log",
    ),
    (
        "ServerUnavailable",
        "",
        "too few replicas are up at Cassandra {place} for LOCAL_QUORUM ({text}); start the nodes that are down",
    ),
    (
        "ServerUnauthorized",
        "",
        "{text}; as a superuser: GRANT SELECT, MODIFY ON KEYSPACE {keyspace} TO {user}, "
        "and for `herenow schema` GRANT CREATE ON ALL KEYSPACES TO {user}",
    ),
    ("ServerInvalidQuery", "does not exist", "{text}; run `herenow schema`"),
)


def _rows(result: Iterable[Any]) -> list[Row]:
    return [row.as_tuple() for row in result]
