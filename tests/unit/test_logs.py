"""What processes write to a standard error that they share."""

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
