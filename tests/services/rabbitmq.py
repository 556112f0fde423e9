"""Real RabbitMQ nodes, alone or as a cluster on this machine."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from socket import create_connection
from urllib.parse import quote, unquote, urlsplit

from tests.services.service import Service, ServiceFailed, inherited, launched
from tests.support.ports import free_port

HOST = "127.0.0.1"
COMMAND = 120.0  # s
# A node's erlang listens on this machine only, and starts no name server of its own: it would outlive the node.
ERLANG = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
# Its schedulers sleep at once when they have nothing to do: they would spin, beside tests that want the processor.
SCHEDULERS = "+sbwt none +sbwtdcpu none +sbwtdio none"


class NameServer(Service):
    """Erlang's epmd, where nodes of one cluster find each other: one a cluster, so that the machine's own is let be."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, HOST, None)

    def prepare(self) -> None:
        pass

    def command(self) -> list[str]:
        return ["epmd", "-port", str(self.port), "-address", HOST]

    def environment(self) -> dict[str, str]:
        return inherited()

    def serves(self) -> None:
        create_connection((HOST, self.port), 1).close()


class RabbitMQ(Service):
    """One node, with the user guest and the password guest; its management API is at `management`.

    Nodes of one cluster share a name server and have different names. With a `peer`, which must run, a node that starts
    for the first time becomes a member of the peer's cluster.
    """

    login = ("guest", "guest")

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        name: str = "rabbit",
        names: NameServer | None = None,
        peer: "RabbitMQ | None" = None,
        management_port: int | None = None,
    ) -> None:
        super().__init__(folder, HOST, port)
        self.name = f"{name}@localhost"
        self._management_port = management_port or free_port(HOST)
        self.management = f"http://{HOST}:{self._management_port}"
        self._distribution = free_port(HOST)
        self._peer = peer
        self.names = names or NameServer(self.folder / "epmd")
        self._owns_names = names is None

    def url(self, vhost: str = "/") -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}/{'' if vhost == '/' else quote(vhost, safe='')}"

    def stop(self) -> None:
        super().stop()
        self._stop_names()

    def end(self) -> None:
        super().end()
        self._stop_names()

    def _stop_names(self) -> None:
        if self._owns_names:
            self.names.stop()

    def ctl(self, *arguments: str) -> str:
        """What `rabbitmqctl` prints of this node."""
        command = [str(programs() / "rabbitmqctl"), "--quiet", *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=COMMAND)
        if done.returncode:
            raise ServiceFailed(f"rabbitmqctl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def join(self, other: "RabbitMQ") -> None:
        """Makes this node a member of the other's cluster; what it stored before is lost."""
        self.ctl("stop_app")
        self.ctl("join_cluster", other.name)
        self.ctl("start_app")
        self.wait_until_up()

    def prepare(self) -> None:
        self.names.start()
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {HOST}:{self.port}\n"
            f"management.tcp.ip = {HOST}\nmanagement.tcp.port = {self._management_port}\n"
            # Neither a small machine nor a full one stops publishers before they had their test.
            "vm_memory_high_watermark.relative = 0.8\ndisk_free_limit.absolute = 50MB\n"
            f"{self._formation()}"
            "log.console = true\nlog.console.level = warning\nlog.file = false\n"
        )
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text("herenow")
            cookie.chmod(0o400)

    def _formation(self) -> str:
        if self._peer is None:
            return ""
        return (
            "cluster_formation.peer_discovery_backend = classic_config\n"
            f"cluster_formation.classic_config.nodes.1 = {self._peer.name}\n"
        )

    def command(self) -> list[str]:
        return [str(programs() / "rabbitmq-server"), "-noinput"]

    def environment(self) -> dict[str, str]:
        return inherited() | {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.names.port),
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "config"),
            "RABBITMQ_SCHEMA_DIR": str(self.folder / "schema"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{SCHEDULERS} {ERLANG}",
            "RABBITMQ_CTL_ERL_ARGS": f"{SCHEDULERS} {ERLANG}",
            "RABBITMQ_ALLOW_INPUT": "true",  # the script becomes the node: no shell in between that a kill would hit
        }

    def serves(self) -> None:
        """It greets: users, vhosts and queues are there before it listens."""
        with create_connection((HOST, self.port), 1) as connection:
            connection.settimeout(1)
            connection.sendall(b"AMQP\0\0\x09\x01")
            if connection.recv(1) != b"\1":
                raise ConnectionError("no greeting")


@contextmanager
def rabbitmq_cluster(folder: Path, size: int) -> Iterator[list[RabbitMQ]]:
    """Nodes rabbit1, rabbit2, … of one cluster. After all were stopped, the last that stopped must start first."""
    with ExitStack() as stack:
        names = stack.enter_context(NameServer(folder / "epmd"))
        first = stack.enter_context(RabbitMQ(folder / "rabbit1", name="rabbit1", names=names))
        others = [
            stack.enter_context(launched(RabbitMQ(folder / f"rabbit{n}", name=f"rabbit{n}", names=names, peer=first)))
            for n in range(2, size + 1)
        ]
        for node in others:
            node.wait_until_up()
        yield [first, *others]


@dataclass(frozen=True)
class GivenRabbitMQ:
    """One that others started: amqp://user:password@host:port, with the management API on port 15672 beside it or at
    the URL that is given too."""

    given: str
    api: str | None = None

    def url(self, vhost: str = "/") -> str:
        parts = urlsplit(self.given)
        return f"{parts.scheme}://{parts.netloc}/{'' if vhost == '/' else quote(vhost, safe='')}"

    @property
    def management(self) -> str:
        return self.api or f"http://{urlsplit(self.given).hostname}:15672"

    @property
    def login(self) -> tuple[str, str]:
        parts = urlsplit(self.given)
        return unquote(parts.username or "guest"), unquote(parts.password or "guest")


@cache
def programs() -> Path:
    """The folder of RabbitMQ's own scripts; Debian's in /usr/sbin switch the user and the folder."""
    debian = Path("/usr/lib/rabbitmq/bin")
    found = shutil.which("rabbitmq-server")
    if not debian.exists() and not found:
        raise ServiceFailed("RabbitMQ is not installed: run scripts/services install, or set HERENOW_TEST_AMQP")
    return debian if debian.exists() else Path(str(found)).resolve().parent
