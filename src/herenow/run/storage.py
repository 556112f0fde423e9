"""`herenow storage` and `herenow erase`."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from herenow.api.paths import encoded
from herenow.errors import BadRequest, SettingsError, Unavailable
from herenow.history.queries.storage import Storage, storage
from herenow.history.rollups.made import MadeRollups
from herenow.run.erase_key import key_file, read_key
from herenow.run.store import open_store, retention_of, trip_settings
from herenow.settings import Settings

ANSWER_WITHIN = 600.0  # s; a device may have millions of positions
LOOK_EVERY = 2.0  # s

Left = dict[str, Any]  # as GET /api/devices/{device_id}/traces tells


async def read_storage(settings: Settings) -> Storage:
    """From the store itself. Raises StoreUnavailable, also where its rollups are not made yet."""
    async with open_store(settings, writes=False) as store:
        await MadeRollups(store, trip_settings(settings)).check()
        return await storage(store, retention_of(settings))


async def erase(
    settings: Settings, server: str, device_id: str, patience: float, on_progress: Callable[[Left], None]
) -> Left:
    """Has a running server of this user and store erase a device, and waits until nothing is left of it or patience, in
    s, is at its end. `on_progress` receives what is left. Raises SettingsError without that server's key, Unavailable
    where the server does not answer, BadRequest where it refuses."""
    path, key = f"/api/devices/{encoded(device_id)}", read_key(key_file(settings))
    try:
        async with httpx.AsyncClient(base_url=server.rstrip("/"), timeout=ANSWER_WITHIN) as client:
            until = time.monotonic() + patience
            left = _read(await client.delete(path, headers={"Authorization": f"Bearer {key}"}))
            while not left["erased"] and time.monotonic() < until:
                on_progress(left)
                await asyncio.sleep(LOOK_EVERY)
                left = _read(await client.get(f"{path}/traces"))
            return left
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise SettingsError(f"expected the address of a server like http://127.0.0.1:8000, got {server!r}") from error
    except httpx.HTTPError as error:
        words = str(error) or type(error).__name__
        raise Unavailable(f"{server} does not answer ({words}); start it with `herenow run`") from error


def _read(answer: httpx.Response) -> Left:
    try:
        body: Left = answer.json()
    except ValueError as error:
        raise BadRequest(f"expected the answer of Herenow, got {answer.status_code}; is this its address?") from error
    if answer.is_server_error:
        raise Unavailable(f"the server could not erase it: {body.get('detail')}; see its log, then try again")
    if answer.is_error:
        raise BadRequest(str(body.get("detail")))
    return body
