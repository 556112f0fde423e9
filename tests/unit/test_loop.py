"""How a command runs its work."""

import gc
from collections.abc import Iterator

import pytest

from herenow.run.loop import in_loop


@pytest.fixture
def collector() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("collector")
def test_work_has_a_garbage_collector_though_imports_had_none() -> None:
    async def work() -> tuple[bool, int]:
        return gc.isenabled(), gc.get_freeze_count()

    gc.disable()
    enabled, frozen = in_loop(work())
    assert enabled
    assert frozen > 0
