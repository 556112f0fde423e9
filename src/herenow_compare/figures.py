"""The plan of a comparison, and its figures."""

import math

import msgspec

PROMISED = 50.0  # ms, within which the article promises an update
POLL_EVERY = 1.0  # s between two requests of a viewer of version 1
FEWEST_VIEWERS = 50  # the first step of the ramp; each next one is twice as many
MOST_VIEWERS = 3200  # the last
MOST_RATE = 1000  # positions a second
MOST_SECONDS = 60


class Plan(msgspec.Struct, frozen=True):
    viewers: int = 100
    rate: int = 5  # positions a second, one from each of `rate` devices
    seconds: int = 6  # each measurement lasts


class Latency(msgspec.Struct, frozen=True):
    """From the moment a device sends to the moment a viewer's client has it, over all positions and viewers. None where
    no viewer received any, or not all could connect."""

    viewers: int
    p50_ms: float | None
    p99_ms: float | None

    @property
    def kept(self) -> bool:
        """Whether it is within what the article promises."""
        return (self.p99_ms or math.inf) < PROMISED


class VersionFigures(msgspec.Struct, frozen=True):
    """The figures of one version. Processor time is that of Herenow's own processes; None where the system does not
    report it."""

    latency: Latency
    ramp: list[Latency]  # doubled viewers, until the latency exceeds the promise
    stored_per_second: float
    bytes_per_viewer_second: float
    cpu_ms_per_second: float | None
    cpu_us_per_position: float | None

    @property
    def held(self) -> int:
        """The most viewers that got updates within the promised time."""
        return max((step.viewers for step in self.ramp if step.kept), default=0)


class Comparison(msgspec.Struct, frozen=True):
    date: str  # ISO 8601
    machine: str
    load_before: float  # the load average of the minute before
    store: str  # without passwords
    bus: str
    services_here: bool  # whether the services ran on this machine, too
    plan: Plan
    poll_every_s: float
    promised_ms: float
    version_1: VersionFigures
    version_2: VersionFigures
