"""`python -m tests.support.traced_server FILE run …`: `herenow run …`, which writes each call of a function of its own.

A line is the moment in ns of the monotonic clock, the module's path in the package, and the function. What a task does
after it waited is no new call.
"""

import atexit
import dis
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import herenow
from herenow.cli import main

PACKAGE = str(Path(herenow.__file__).parent)
_RESUME = dis.opmap["RESUME"]
_WAITED = 3  # of the argument of RESUME, the bits that say that it goes on after a yield or an await


def trace(file: Path) -> None:
    calls: list[tuple[int, str, str]] = []

    def on_event(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE) and not _goes_on(frame):
            calls.append((time.monotonic_ns(), code.co_filename[len(PACKAGE) + 1 :], code.co_qualname))

    threading.setprofile(on_event)
    sys.setprofile(on_event)
    atexit.register(lambda: file.write_text("".join(f"{ns}\t{module}\t{name}\n" for ns, module, name in calls)))


def _goes_on(frame: FrameType) -> bool:
    code, at = frame.f_code.co_code, frame.f_lasti
    return at >= 0 and code[at] == _RESUME and bool(code[at + 1] & _WAITED)


if __name__ == "__main__":
    trace(Path(sys.argv.pop(1)))
    main()
