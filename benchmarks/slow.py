"""Do viewers that stop reading hold up the others, and what do they cost?

    python -m benchmarks.slow

1,000 viewers look at the same 1,000 devices, which move inside the server (benchmarks/hub.py); in the second run the
last ten of them stop reading once they have had their snapshot. The latencies are those of the viewers that read.
"""

from benchmarks.hub import REGION, hub, measure, spoken, view
from benchmarks.load import Viewers
from benchmarks.server import machine

DEVICES = 1000
RATE = 1000  # positions a second
VIEWERS = 1000
DEAF = (0, 10)
SECONDS = 10.0


def slow(wire: str, deaf: int) -> str:
    with hub(DEVICES, RATE, REGION) as target:
        before = target.resident()
        with Viewers(target.port, VIEWERS, wire, [view(REGION)], deaf) as viewers:
            found, cpu = measure(target, viewers, SECONDS)
            after = target.resident()
    late, delivered = found.newest, found.positions / found.seconds
    return (
        f"| {wire} | {deaf} | {late.p50:.1f} | {late.p99:.1f} | {late.p999:.1f} | {delivered:,.0f} | "
        f"{before / 1e6:.1f} | {after / 1e6:.1f} | {cpu / found.seconds:.2f} |"
    )


def main() -> None:
    wires = spoken()
    print(f"{machine()}; {VIEWERS:,} viewers, {DEVICES:,} devices, {RATE:,} positions/s\n")
    print("| wire | do not read | p50 ms | p99 ms | p99.9 ms | delivered/s | MB before | MB after | server cores |")
    print(f"| --- |{' --: |' * 8}")
    for wire in wires:
        for deaf in DEAF:
            print(slow(wire, deaf), flush=True)


if __name__ == "__main__":
    main()
