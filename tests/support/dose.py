"""How much of a proof runs. What only repeats runs in a small dose in `make test`, and in full in `make test-long`.

A test with a larger dose carries the mark `long`; docs/testing.md lists all of them.
"""

import os
import random
import time
from collections.abc import Sequence
from typing import Literal, TypeVar

import pytest

T = TypeVar("T")

LONG = os.environ.get("HERENOW_TEST_LONG") == "1"
# One day's runs draw the same; workers that collect on both sides of midnight too, as the first process says the day.
SEED = os.environ.setdefault("HERENOW_TEST_SEED", time.strftime("%Y-%m-%d", time.gmtime()))

long = pytest.mark.long


def dose(here: T, *, full: T) -> T:
    return full if LONG else here


def drawn(name: str, choices: Sequence[T]) -> Sequence[T]:
    """All of the choices in the long suite, else the one that the seed draws."""
    return choices if LONG else [random.Random(f"{SEED} {name}").choice(choices)]


SIZES = drawn("size", ["desktop", "phone"])
THEMES: Sequence[Literal["dark", "light"]] = drawn("theme", ["dark", "light"])
CLUSTERS = drawn("cluster", ["RabbitMQ", "Cassandra"])


def report() -> str:
    """One line for the head of a run."""
    if LONG:
        return "doses: full"
    parts = [", ".join(choices) for choices in (SIZES, THEMES, CLUSTERS)]
    return f"doses: small; HERENOW_TEST_SEED={SEED} draws size {parts[0]}, theme {parts[1]}, cluster {parts[2]}"
