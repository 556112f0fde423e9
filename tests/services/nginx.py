"""nginx as in docs/operations.md, before a server of a test."""

import shutil
import socket
from pathlib import Path

from tests.services.service import Service, ServiceFailed, inherited

DOC = Path(__file__).parent.parent.parent / "docs" / "operations.md"
# One process, which needs nothing outside its folder.
_AROUND = """daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {more}
    server {{
        listen {address}:{port};
        {location}
    }}
}}
"""


class Nginx(Service):
    starting = 10.0

    def __init__(self, folder: Path, server: int, more: str = "") -> None:
        """Under /maps/herenow/, before a server on this port of this machine; `more` is for all servers."""
        super().__init__(folder, "127.0.0.1", None)
        self._server = server
        self._more = more

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def prepare(self) -> None:
        location = DOC.read_text().partition("```nginx\n")[2].partition("```")[0]
        location = location.replace("127.0.0.1:8000", f"{self.address}:{self._server}")
        text = _AROUND.format(more=self._more, address=self.address, port=self.port, location=location)
        (self.folder / "nginx.conf").write_text(text)

    def command(self) -> list[str]:
        found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        if found is None:
            raise ServiceFailed("nginx is not installed: run scripts/services install")
        return [found, "-e", "stderr", "-p", str(self.folder), "-c", "nginx.conf"]

    def environment(self) -> dict[str, str]:
        return inherited()

    def serves(self) -> None:
        socket.create_connection((self.address, self.port), 1).close()
