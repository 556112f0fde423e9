"""Devices that are to be forgotten."""

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from herenow.api.devices import answer, never_reported
from herenow.api.parts import Parts, WithParts
from herenow.api.paths import DEVICE
from herenow.errors import Forbidden
from herenow.history.traces import traces
from herenow.settings import loopback

router = APIRouter(tags=["devices"])


def _from_here(request: Request) -> None:
    """Until there are keys, only who is on this machine may erase, and through no proxy: a proxy is on it, too."""
    host = request.client.host if request.client else ""
    if not loopback(host) or {"forwarded", "x-forwarded-for"} & set(request.headers):
        raise Forbidden("a device can be erased from the server's own machine only; run `herenow erase` there")


@router.delete(DEVICE, dependencies=[Depends(_from_here)])
async def erase(device_id: str, parts: WithParts) -> Response:
    """Takes a device and all that it ever reported away, and tells what is left: rollups follow within a round or two.
    What it reports later makes it known anew."""
    if (await _traces(parts, device_id)).get("nothing") and parts.hub.fleet.get(device_id) is None:
        raise never_reported(device_id)
    if parts.recorder:
        parts.recorder.forget(device_id)
    await parts.store.erase(device_id)
    await parts.erasures.tell(device_id)
    return answer(await _traces(parts, device_id))


@router.get(f"{DEVICE}/traces")
async def left(device_id: str, parts: WithParts) -> Response:
    """How many rows speak of a device, in every table; `nothing` is true where none does."""
    return answer(await _traces(parts, device_id))


async def _traces(parts: Parts, device_id: str) -> dict[str, object]:
    found = await traces(parts.store, device_id)
    return {"device_id": device_id, **msgspec.structs.asdict(found), "nothing": found.nothing}
