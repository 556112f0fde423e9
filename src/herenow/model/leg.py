"""A leg: the way between two fixes of a device that follow each other."""

MAX_LEG_TIME = 600_000  # ms; a longer silence is a gap, not a leg
MAX_LEG_SPEED = 400.0  # m/s; faster is a jump, not a leg


def is_leg(metres: float, elapsed: int) -> bool:
    """Whether a leg of so many metres in so many ms counts as driven: neither a gap nor a jump."""
    return 0 < elapsed <= MAX_LEG_TIME and metres <= MAX_LEG_SPEED * elapsed / 1000
