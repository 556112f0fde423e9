"""Real Cassandra nodes, alone or as a cluster on this machine."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.services import cql
from tests.services.service import Service, ServiceFailed, answers, inherited, launched
from tests.support.patience import PATIENCE
from tests.support.ports import free_port

JARS = Path(__file__).parents[2] / ".services/cassandra/lib"
JVMS = Path("/usr/lib/jvm")
REQUESTS = ("read", "write", "range", "truncate")
TOKENS = 16  # ranges a node owns
SUPERUSER = ("cassandra", "cassandra")
# Whatever a new node asks of the others is answered at once here.
RING_DELAY = 2_000  # ms
# What Cassandra's own start script opens of Java 17.
EXPORTS = """java.base/jdk.internal.misc java.base/jdk.internal.ref java.base/sun.nio.ch java.sql/java.sql
    java.management.rmi/com.sun.jmx.remote.internal.rmi java.rmi/sun.rmi.registry java.rmi/sun.rmi.server
    java.base/java.lang.ref jdk.unsupported/sun.misc"""
OPENS = """java.base/java.lang java.base/java.lang.module java.base/java.lang.reflect java.base/java.io
    java.base/java.nio java.base/java.util java.base/java.util.concurrent java.base/java.util.concurrent.atomic
    java.base/sun.nio.ch java.base/jdk.internal.loader java.base/jdk.internal.ref java.base/jdk.internal.reflect
    java.base/jdk.internal.math java.base/jdk.internal.module java.base/jdk.internal.util.jar
    java.rmi/sun.rmi.transport.tcp jdk.management/com.sun.management.internal"""
EVERYWHERE = "system_distributed.view_build_status"
# For a JVM that lives for minutes: the quick compiler alone, and no verification of classes.
BRIEF = ["-XX:TieredStopAtLevel=1", "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"]
LOGGING = """<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
"""


class Cassandra(Service):
    """One node of the datacenter `datacenter1`; a write is answered when it is synced to disk.

    `ring` are the addresses of all nodes of a new cluster, this one's among them, the same on every node; all use the
    same two ports. With `authenticator`, the superuser is cassandra with the password cassandra. `optimized` is for
    measuring: without it a node that lives for minutes takes two thirds of the processor time. A `shared` one is never
    stopped by a test. It answers late on a busy machine, where another says after two seconds that it cannot. Its
    schema does not survive a kill, and a keyspace costs a third of the processor time.
    """

    starting = 240.0

    def __init__(
        self,
        folder: Path,
        address: str = "127.0.0.1",
        port: int | None = None,
        *,
        storage_port: int | None = None,
        ring: Sequence[str] | None = None,
        authenticator: bool = False,
        optimized: bool = False,
        heap: str = "512m",
        shared: bool = False,
    ) -> None:
        super().__init__(folder, address, port)
        self.login = SUPERUSER if authenticator else None
        self._ring = ring or [address]
        self._storage_port = storage_port or free_port(*self._ring)
        self._scratch = self.folder / "scratch"
        self._heap = heap
        self._timeouts = {f"{what}_request_timeout": f"{PATIENCE:.0f}s" for what in REQUESTS} if shared else {}
        self._brief = [] if optimized else BRIEF
        self._unflushed = ["-Dcassandra.test.flush_local_schema_changes=false"] if shared else []

    def url(self, keyspace: str, replication: int = 1) -> str:
        login = "{}:{}@".format(*self.login) if self.login else ""
        return f"cassandra://{login}{self.address}:{self.port}/{keyspace}?replication={replication}"

    def execute(self, statement: str, consistency: int = cql.ONE, deadline: float = cql.DEADLINE) -> bytes:
        """See `cql.execute`. Other nodes know of a new table a little later."""
        return cql.execute(self.address, self.port, statement, self.login, consistency, deadline)

    def serves(self) -> None:
        """Clients log in and are answered; whether other nodes are up does not matter."""
        self.execute("SELECT key FROM system.local", deadline=2)

    def wait_until_together(self, nodes: int) -> None:
        """Until this node reads from so many, at most three: that is how often the table it reads is there."""
        statement = f"SELECT * FROM {EVERYWHERE} WHERE keyspace_name = '' AND view_name = ''"  # noqa: S608
        end = time.monotonic() + self.starting
        while not answers(lambda: self.execute(statement, min(nodes, 3))):
            if time.monotonic() > end:
                raise ServiceFailed(f"{self.address} does not reach {nodes} nodes:\n{self.last_output()}")
            time.sleep(0.1)

    def prepare(self) -> None:
        self._scratch.mkdir(exist_ok=True)
        (self.folder / "logback.xml").write_text(LOGGING)
        (self.folder / "cassandra.yaml").write_text(json.dumps(self._configuration(), indent=2))  # YAML as well

    def _configuration(self) -> dict[str, object]:
        seeds = ",".join(f"{address}:{self._storage_port}" for address in self._ring)
        configuration: dict[str, object] = {
            "cluster_name": "herenow",
            "num_tokens": TOKENS,
            "initial_token": ",".join(map(str, tokens(self._ring.index(self.address), len(self._ring)))),
            "auto_bootstrap": False,
            "seed_provider": [
                {"class_name": "org.apache.cassandra.locator.SimpleSeedProvider", "parameters": [{"seeds": seeds}]}
            ],
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
            "endpoint_snitch": "SimpleSnitch",
            "listen_address": self.address,
            "rpc_address": self.address,
            "storage_port": self._storage_port,
            "native_transport_port": self.port,
            "commitlog_sync": "batch",
            "auto_snapshot": False,
            **self._timeouts,
        }
        if self.login:
            configuration |= {"authenticator": "PasswordAuthenticator", "authorizer": "CassandraAuthorizer"}
        return configuration

    def command(self) -> list[str]:
        jars = installed()
        return [
            java(),
            f"-Xms{self._heap}",
            f"-Xmx{self._heap}",
            *self._brief,
            *self._unflushed,
            f"-Dcassandra.config=file://{self.folder}/cassandra.yaml",
            f"-Dcassandra.storagedir={self.folder}",
            f"-Djava.io.tmpdir={self._scratch}",
            "-Dcassandra.skip_wait_for_gossip_to_settle=0",
            f"-Dcassandra.ring_delay_ms={RING_DELAY}",
            "-Dcassandra.superuser_setup_delay_ms=0",
            "-Dcassandra.shutdown_announce_in_ms=500",
            "-Dchronicle.analytics.disable=true",  # one of the libraries reports its use elsewhere
            "-Djava.net.preferIPv4Stack=true",
            "-Djava.security.manager=allow",
            "-Djdk.attach.allowAttachSelf=true",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-XX:+UseSerialGC",  # for heaps that small it takes a fraction of what others take
            "-XX:+PerfDisableSharedMem",
            "-XX:+ExitOnOutOfMemoryError",
            f"-javaagent:{next(jars.glob('jamm-*.jar'))}",
            *(f"--add-exports={module}=ALL-UNNAMED" for module in EXPORTS.split()),
            *(f"--add-opens={module}=ALL-UNNAMED" for module in OPENS.split()),
            "-cp",
            f"{self.folder}:{jars}/*",
            "org.apache.cassandra.service.CassandraDaemon",
        ]

    def environment(self) -> dict[str, str]:
        return inherited()


@contextmanager
def cassandra_cluster(
    folder: Path, size: int, *, authenticator: bool = False, optimized: bool = False
) -> Iterator[list[Cassandra]]:
    """Nodes on 127.0.0.1, 127.0.0.2, …; started side by side, as each is given its ranges and need not ask for them."""
    ring = [f"127.0.0.{n}" for n in range(1, size + 1)]
    port, storage_port = free_port(*ring), free_port(*ring)
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(
                launched(
                    Cassandra(
                        folder / address,
                        address,
                        port,
                        storage_port=storage_port,
                        ring=ring,
                        authenticator=authenticator,
                        optimized=optimized,
                    )
                )
            )
            for address in ring
        ]
        for node in nodes:
            node.wait_until_up()
        for node in nodes:
            node.wait_until_together(size)
        yield nodes


@dataclass(frozen=True)
class GivenCassandra:
    """One that others started: cassandra://user:password@host:port, the login where it is needed."""

    given: str

    def url(self, keyspace: str, replication: int = 1) -> str:
        return f"{self.given.rstrip('/')}/{keyspace}?replication={replication}"

    def execute(self, statement: str) -> bytes:
        parts = urlsplit(self.given)
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        return cql.execute(parts.hostname or "127.0.0.1", parts.port or 9042, statement, login)


def tokens(number: int, nodes: int) -> list[int]:
    """Where the ranges of one node end: the nodes take turns, so that each owns the same share."""
    step = 2**64 // (TOKENS * nodes)
    return [-(2**63) + step * (turn * nodes + number) for turn in range(TOKENS)]


def installed() -> Path:
    if not (JARS / "stamp").exists():
        raise ServiceFailed("Cassandra is not there: run scripts/services install, or set HERENOW_TEST_CASSANDRA")
    return JARS


@cache
def java() -> str:
    """Java 17 or 21 where Debian puts them, else the one of JAVA_HOME or the path: Cassandra 5.0 runs on both."""
    debian = [path for number in (17, 21) for path in sorted(JVMS.glob(f"java-{number}-openjdk*/bin/java"))]
    home = os.environ.get("JAVA_HOME")
    return str(debian[0]) if debian else f"{home}/bin/java" if home else "java"
