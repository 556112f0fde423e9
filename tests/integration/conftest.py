from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.scripted_server import Stage, staged
from tests.support.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for all tests of its face; each test uses devices of its own."""
    folder: Path = tmp_path_factory.mktemp("server")
    with running(folder / "positions.db") as started:
        yield started


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A server that says what a test tells it to."""
    async with staged() as made:
        yield made
