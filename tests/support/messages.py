"""Messages of a live socket by type."""

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection

from tests.support.patience import PATIENCE


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a type; ignores all before it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message
