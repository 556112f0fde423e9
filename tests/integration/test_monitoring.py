"""What deploy/ ships for Prometheus and Grafana, tried by a real Prometheus on a system that works."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.parse import urlsplit

import pytest

from herenow.bus.rabbitmq.topology import make_queues
from herenow.bus.rabbitmq.url import read_rabbit_url
from tests.services.prometheus import RULES, Prometheus, program
from tests.services.rabbitmq import RabbitMQ
from tests.support.patience import PATIENCE
from tests.support.server import report, running, wait_for, wait_for_history
from tests.support.sockets import WIRES, WORLD, fix, open_socket

ROOT = Path(__file__).parent.parent.parent
DASHBOARDS = ROOT / "deploy" / "grafana" / "dashboards"
ALERTS = re.findall(r"alert: (\w+)", RULES.read_text())
EXPRESSIONS = re.findall(r"expr: (?:>-\n)?(.+?)\n +(?:for|labels)", RULES.read_text(), re.DOTALL)
LOOK = 15  # s between two samples
WELL, WRONG = 20, 300  # samples

# Series of each alert: well, then wrong, then well again.
SERIES = {
    "HerenowDown": ['up{job="herenow"} | 1x19 0x299 1x200'],
    "HerenowStoreDown": ["herenow_store_up | 1x19 0x299 1x200"],
    "HerenowBusDown": ["herenow_bus_up | 1x19 0x299 1x200"],
    "HerenowQueueOld": ["herenow_queue_oldest_seconds | 0x19 31x299 2x200"],
    "HerenowDeadLetters": ["herenow_deliveries_dead_lettered_total | 0x19 0+1x299 299x200"],
    "HerenowSlowToStore": [
        'herenow_publish_to_stored_seconds_bucket{le="1.0"} | 0+100x19 1900x299 1900+100x200',
        'herenow_publish_to_stored_seconds_bucket{le="5.0"} | 0+100x19 1900+100x299 31800+100x200',
        'herenow_publish_to_stored_seconds_bucket{le="+Inf"} | 0+100x19 1900+100x299 31800+100x200',
    ],
    "HerenowRejectsReports": [
        "herenow_positions_accepted_total | 0+100x519",
        "herenow_positions_rejected_total | 0x19 0+20x299 5980x200",
    ],
    "HerenowLoopLate": [
        'herenow_loop_lag_seconds_bucket{le="0.05"} | 0+100x19 1900x299 1900+100x200',
        'herenow_loop_lag_seconds_bucket{le="0.5"} | 0+100x19 1900+100x299 31800+100x200',
        'herenow_loop_lag_seconds_bucket{le="+Inf"} | 0+100x19 1900+100x299 31800+100x200',
    ],
    "HerenowHistoryBehind": ["herenow_history_behind_seconds | 20x19 700x299 20x200"],
    "HerenowViewersStall": ["herenow_viewers | 100x519", "herenow_viewers_stalled_total | 0x19 0+10x299 2990x200"],
    "HerenowFewDescriptors": [
        'process_open_fds{job="herenow"} | 100x19 900x299 100x200',
        'process_max_fds{job="herenow"} | 1000x519',
    ],
    "HerenowWrongClocks": ["herenow_devices_with_wrong_clock | 0x19 2x299 0x200"],
}


def names(expressions: list[str]) -> set[str]:
    return {name for text in expressions for name in re.findall(r"\b(?:herenow|process)_\w+|\bup\b", text)}


def panels() -> list[tuple[str, str]]:
    return [
        (f"{path.stem}: {panel['title']}", target["expr"])
        for path in sorted(DASHBOARDS.glob("*.json"))
        for panel in json.loads(path.read_text())["panels"]
        for target in panel["targets"]
    ]


def rule_tests() -> dict[str, Any]:
    """Of each alert: not at first, then it fires, then it is clear."""
    firing = 'count(ALERTS{{alertname="{}",alertstate="firing"}})'

    def at(alert: str, sample: int, count: int) -> dict[str, Any]:
        samples = [{"labels": "{}", "value": count}] if count else []
        return {"expr": firing.format(alert), "eval_time": f"{sample * LOOK}s", "exp_samples": samples}

    return {
        "rule_files": [str(RULES)],
        "evaluation_interval": f"{LOOK}s",
        "tests": [
            {
                "interval": f"{LOOK}s",
                "input_series": [dict(zip(("series", "values"), one.split(" | "), strict=True)) for one in series],
                "promql_expr_test": [at(alert, WELL - 5, 0), at(alert, WELL + WRONG - 5, 1), at(alert, 515, 0)],
            }
            for alert, series in SERIES.items()
        ],
    }


def test_each_alert_fires_when_its_fault_is_there_and_clears_after(tmp_path: Path) -> None:
    assert list(SERIES) == ALERTS
    tests = tmp_path / "tests.yml"
    tests.write_text(json.dumps(rule_tests()))  # which is YAML, too
    command = [program("promtool"), "test", "rules", str(tests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_configuration_are_right() -> None:
    command = [program("promtool"), "check", "config", str(RULES.with_name("prometheus.yml"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_are_those_of_the_script() -> None:
    made = run_path(str(ROOT / "scripts" / "dashboards"))
    assert {path.stem for path in DASHBOARDS.glob("*.json")} == {name.lower() for name in made["DASHBOARDS"]}
    for name in made["DASHBOARDS"]:
        assert (DASHBOARDS / f"{name.lower()}.json").read_text() == made["dashboard"](name)


def test_the_documents_name_each_alert() -> None:
    document = (ROOT / "docs" / "operations.md").read_text()
    assert [alert for alert in ALERTS if f"`{alert}`" not in document] == []


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path / "rabbitmq") as node:
        yield node


async def test_each_query_has_data_and_a_lost_broker_fires_until_it_is_back(tmp_path: Path, broker: RabbitMQ) -> None:
    await make_queues(read_rabbit_url(broker.url()))
    now = time.time_ns() // 1_000_000
    with running(tmp_path / "positions.db", "--bus", broker.url()) as server:
        wait_for_history(server)
        with Prometheus(tmp_path / "prometheus", [urlsplit(server.url).port or 0]) as prometheus:
            async with open_socket(server, WIRES[0]) as viewer:
                await viewer.look(bbox=WORLD)
                wrong = fix("ahead", 25.0, 60.0, now + 3_600_000)
                lacking: list[str] = []

                def all_there() -> bool:
                    report(server, fix("a", 25.0, 60.0), wrong)
                    queries = {name: f"count({name})" for name in names(EXPRESSIONS)}
                    queries |= {title: text.replace("$__rate_interval", "10s") for title, text in panels()}
                    lacking[:] = [title for title, text in queries.items() if not prometheus.query(text)]
                    return not lacking

                try:
                    wait_for(all_there)
                except AssertionError:
                    pytest.fail(f"without data: {lacking}")
            assert "HerenowBusDown" not in prometheus.firing()
            broker.kill()
            wait_for(lambda: "HerenowBusDown" in prometheus.firing())
            broker.start()
            wait_for(lambda: "HerenowBusDown" not in prometheus.firing())
