"""HAProxy as in deploy/haproxy.cfg or docs/operations.md, before servers of a test."""

import re
import shutil
import socket
from pathlib import Path

from tests.services.service import Service, ServiceFailed, inherited

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "deploy" / "haproxy.cfg"


class HAProxy(Service):
    starting = 10.0

    def __init__(self, folder: Path, servers: list[int], text: str = "") -> None:
        """Before servers on these ports of this machine; with another `text` than the example's."""
        super().__init__(folder, "127.0.0.1", None)
        self._servers = servers
        self._text = text or EXAMPLE.read_text()

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def prepare(self) -> None:
        text = self._text
        text = re.sub(r"maxconn \d+", "maxconn 2000", text)
        text = re.sub(r"bind \S+", f"bind {self.address}:{self.port}", text)
        text = re.sub(r"\n +server \w+ \S+", "", text)
        text += "".join(f"    server s{port} {self.address}:{port}\n" for port in self._servers)
        (self.folder / "haproxy.cfg").write_text(text)

    def command(self) -> list[str]:
        found = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        if found is None:
            raise ServiceFailed("HAProxy is not installed: run scripts/services install")
        return [found, "-db", "-f", "haproxy.cfg"]  # in the foreground

    def environment(self) -> dict[str, str]:
        return inherited()

    def serves(self) -> None:
        socket.create_connection((self.address, self.port), 1).close()


def under_a_path() -> str:
    """What docs/operations.md says of serving it under /maps/herenow/, after what the example begins with."""
    document = (ROOT / "docs" / "operations.md").read_text()
    return EXAMPLE.read_text().partition("frontend ")[0] + document.partition("```haproxy\n")[2].partition("```")[0]
