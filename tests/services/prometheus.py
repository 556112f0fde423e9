"""Prometheus with the configuration of deploy/, of servers of a test."""

import re
import shutil
from pathlib import Path
from typing import Any

import httpx

from tests.services.service import Service, ServiceFailed, inherited

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "deploy" / "prometheus"
RULES = FOLDER / "herenow.rules.yml"


class Prometheus(Service):
    """It looks each second, and an alert fires once its fault lasted a second."""

    starting = 60.0

    def __init__(self, folder: Path, ports: list[int]) -> None:
        super().__init__(folder, "127.0.0.1", None)
        self._ports = ports

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def prepare(self) -> None:
        targets = ", ".join(f"127.0.0.1:{port}" for port in self._ports)
        text = (FOLDER / "prometheus.yml").read_text()
        text = re.sub(r"targets: \[[^]]*\]", f"targets: [{targets}]", text)
        (self.folder / "prometheus.yml").write_text(re.sub(r"interval: 15s", "interval: 1s", text))
        (self.folder / RULES.name).write_text(re.sub(r"for: \w+", "for: 1s", RULES.read_text()))

    def command(self) -> list[str]:
        return [
            program("prometheus"),
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={self.address}:{self.port}",
        ]

    def environment(self) -> dict[str, str]:
        return inherited()

    def serves(self) -> None:
        try:
            httpx.get(f"{self.url}/-/ready").raise_for_status()
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error

    def query(self, expression: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression})
        assert answer.status_code == 200, f"{expression}: {answer.text}"
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def firing(self) -> set[str]:
        return {one["metric"]["alertname"] for one in self.query('ALERTS{alertstate="firing"}')}


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if found is None:
        raise ServiceFailed(f"{name} is not installed: run scripts/services install")
    return found
