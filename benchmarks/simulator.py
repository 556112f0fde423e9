"""What a simulated report costs: CPU time of the process, without sending anything.

    python benchmarks/simulator.py [DEVICES] [SECONDS]

Prints µs a report, and what building the city and the fleet took. Every device reports every two seconds.
"""

import sys
import time

from herenow.sources.simulator.city import City
from herenow.sources.simulator.fleet import SimulatedFleet

INTERVAL = 2.0  # s


def main(devices: int, seconds: int) -> None:
    start = time.process_time()
    city = City(30.265, -97.545)
    built = time.process_time()
    fleet = SimulatedFleet(devices, city)
    ready = time.process_time()
    reports = drive(fleet, seconds)
    done = time.process_time()
    print(f"city {built - start:.2f} s, fleet of {devices} {ready - built:.2f} s")
    print(f"{reports} reports, {1e6 * (done - ready) / reports:.1f} µs each")


def drive(fleet: SimulatedFleet, seconds: int) -> int:
    """How many reports there were, made a thousand turns at a time as when they are sent."""
    step = INTERVAL / len(fleet)
    turns = round(seconds / step)
    return sum(len(fleet.turns(range(turn, min(turn + 1000, turns)), step, 0.0)) for turn in range(0, turns, 1000))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, int(sys.argv[2]) if len(sys.argv) > 2 else 600)
