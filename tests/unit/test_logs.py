"""What processes write to a standard error that they share."""

import json
import os
import subprocess
import sys

PROGRAM = """
import sys
import structlog
from herenow.logs import set_up_logs

class Unbuffered:
    def write(self, text):
        sys.stdout.write(repr(text) + "\\n")
    def flush(self):
        pass
    def isatty(self):
        return False

sys.stderr = Unbuffered()
set_up_logs()
structlog.get_logger().info("ready", url="http://127.0.0.1:8000")
"""


def test_a_line_is_one_write_so_that_lines_of_two_processes_do_not_mix() -> None:
    writes = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    [line] = writes.splitlines()
    assert "ready" in line
    assert line.endswith("url=http://127.0.0.1:8000\\n'")


JSON_PROGRAM = """
import logging
import structlog
from herenow.logs import set_up_logs

set_up_logs()
structlog.get_logger().info("ready", url="http://127.0.0.1:8000", device="bus \\"7\\"\\n")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("failed")
    logging.getLogger("library").exception("failed, too")
"""


def in_json(value: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HERENOW_LOG": value}
    command = [sys.executable, "-c", JSON_PROGRAM]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_each_line_is_an_object_where_json_is_wanted_also_of_libraries_and_exceptions() -> None:
    lines = [json.loads(line) for line in in_json("json").stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("ready", "info"),
        ("failed", "error"),
        ("failed, too", "error"),
    ]
    assert lines[0]["device"] == 'bus "7"\n'
    assert all("ZeroDivisionError" in line["exception"] for line in lines[1:])
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_another_form_is_refused_in_words() -> None:
    assert "HERENOW_LOG: expected console or json, got 'xml'" in in_json("xml").stderr
