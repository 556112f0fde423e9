"""How often the builder has a round: as often as its share of a core allows, and nobody wants it more often."""

SHARE = 0.3  # of one core that it may use at most,
LITTLE = 0.05  # that it uses while its rounds are as often as anybody could want
SHORTEST_ROUND, LONG_ROUND = 2.0, 10.0  # s
LEAST_REST = 0.1  # of what a round took: a store that is slow is not read all the time


def rest(worked: float, used: float) -> float:
    """Seconds of rest after a round of so many seconds, in which the process used so many of the processor. A busy
    machine, which makes a round long, does not make history late."""
    length = max(SHORTEST_ROUND, min(used / LITTLE, LONG_ROUND), used / SHARE)
    return max(length - worked, worked * LEAST_REST)
