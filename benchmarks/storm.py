"""When all viewers lose their connection at once, how long until they are current again, and what does that cost?

    python -m benchmarks.storm

5,000 viewers with boxes of a hundredth of the region each, 5,000 devices that move every five seconds inside the server
(benchmarks/hub.py). "Cut": every connection is closed without a word, the server stays; viewers come back within
0.5 s and say what they had. "Restarted": SIGTERM, and a new process on the same port with the same store; viewers wait
as docs/protocol.md tells them to. A viewer is current once it has a frame of positions. Time counts from the cut, or
from SIGTERM; the processor time of a restart is that of both processes, starting included.
"""

import resource
import tempfile
import time
from pathlib import Path

from benchmarks.hub import REGION, SETTLE, hub, spoken, start, stop, views
from benchmarks.load import Return, Viewers
from benchmarks.server import Server, machine

DEVICES = 5000
RATE = 1000  # positions a second
VIEWERS = 5000
SHARE = 0.1  # of the region's width and height


def cut(wire: str) -> str:
    boxes = views(VIEWERS, REGION, SHARE)
    with hub(DEVICES, RATE, REGION) as target, Viewers(target.port, VIEWERS, wire, boxes) as viewers:
        time.sleep(SETTLE)
        cpu = target.cpu()
        found = viewers.cut()
        return row(wire, "cut", found, target.cpu() - cpu)


def restarted(wire: str) -> str:
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        store = Path(folder) / "bench.db"
        process, port = start(DEVICES, RATE, REGION, store)
        try:
            with Viewers(port, VIEWERS, wire, views(VIEWERS, REGION, SHARE)) as viewers:
                time.sleep(SETTLE)
                cpu = Server(process, port).cpu() + of_the_ended()
                viewers.expect_restart()
                stop(process)
                stopping = of_the_ended() - cpu
                process, port = start(DEVICES, RATE, REGION, store, port)
                found = viewers.returned()
                return row(wire, "restarted", found, stopping + Server(process, port).cpu())
        finally:
            stop(process)


def of_the_ended() -> float:
    """Seconds of processor time of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(wire: str, what: str, found: Return, cpu: float) -> str:
    return (
        f"| {wire} | {what} | {found.half:.2f} | {found.all:.2f} | {found.snapshots / found.viewers:.0%} | "
        f"{found.bytes / found.viewers / 1e3:.1f} | {found.failed:,} | {cpu:.2f} |"
    )


def main() -> None:
    wires = spoken()
    print(f"{machine()}; {VIEWERS:,} viewers, {DEVICES:,} devices, {RATE:,} positions/s\n")
    print("| wire | | half current, s | all, s | by snapshot | kB an answer | failed tries | server s CPU |")
    print(f"| --- | --- |{' --: |' * 6}")
    for wire in wires:
        print(cut(wire), flush=True)
        print(restarted(wire), flush=True)


if __name__ == "__main__":
    main()
