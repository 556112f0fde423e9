"""What does a viewer of the whole world receive: every move, or what a map of its zoom can show?

    python -m benchmarks.world

20,000 devices all over the world, each moving once a second at 10 to 20 m/s inside the server (benchmarks/hub.py).
"""

from benchmarks.hub import WORLD, hub, measure, spoken, view
from benchmarks.load import Viewers
from benchmarks.server import machine

DEVICES = 20_000
RATE = 20_000  # positions a second
VIEWERS = 10
ZOOMS = (3.0, None)
SECONDS = 10.0  # two of the turns of 5 s in which a device that moves less than a pixel is sent
COLUMNS = (
    "wire",
    "zoom",
    "kB/s a viewer",
    "positions/s a viewer",
    "frames/s a viewer",
    "bytes a position",
    "server cores",
)


def world(wire: str, zoom: float | None) -> str:
    with hub(DEVICES, RATE) as target, Viewers(target.port, VIEWERS, wire, [view(WORLD, zoom)]) as viewers:
        found, cpu = measure(target, viewers, SECONDS)
    each = found.seconds * VIEWERS
    shown_zoom = "none" if zoom is None else f"{zoom:.0f}"
    return (
        f"| {wire} | {shown_zoom} | {found.bytes / each / 1e3:,.1f} | {found.positions / each:,.0f} | "
        f"{found.frames / each:.1f} | {found.bytes / max(1, found.positions):.1f} | {cpu / found.seconds:.2f} |"
    )


def main() -> None:
    wires = spoken()
    print(f"{machine()}; {DEVICES:,} devices, {RATE:,} positions/s, {VIEWERS} viewers of the world\n")
    print(f"| {' | '.join(COLUMNS)} |\n| --- |{' --: |' * (len(COLUMNS) - 1)}")
    for wire in wires:
        for zoom in ZOOMS:
            print(world(wire, zoom), flush=True)


if __name__ == "__main__":
    main()
