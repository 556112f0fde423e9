"""Devices that are to be forgotten."""

import secrets

import msgspec
from fastapi import APIRouter, Depends, Request

from herenow.api.context import AppContext, WithContext
from herenow.api.json_route import JsonRoute
from herenow.api.paths import DEVICE
from herenow.api.routes.devices import never_reported
from herenow.api.schemas.live import Remains
from herenow.errors import Forbidden
from herenow.history.queries.traces import traces

router = APIRouter(tags=["devices"], route_class=JsonRoute)


def _with_key(request: Request, context: WithContext) -> None:
    """Erasing needs the key that the server keeps in a file: where a request comes from proves nothing."""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    right = context.erase_key is not None and secrets.compare_digest(sent.strip().encode(), context.erase_key.encode())
    if scheme.lower() != "bearer" or not right:
        raise Forbidden("erasing needs the key of this server; run `herenow erase` as its user on its machine")


@router.get(f"{DEVICE}/traces")
async def left(device_id: str, context: WithContext) -> Remains:
    """How many rows a device has in every table; `erased` is true if it has none."""
    return await _traces(context, device_id)


@router.delete(DEVICE, dependencies=[Depends(_with_key)])
async def erase(device_id: str, context: WithContext) -> Remains:
    """Erases a device and all its positions, and returns what is left: rollups follow within a round or two. A later
    report creates the device again."""
    if (await _traces(context, device_id)).erased and context.hub.fleet.get(device_id) is None:
        raise never_reported(device_id)
    if context.recorder:
        context.recorder.forget(device_id)
    await context.store.erase(device_id)
    await context.erasures.announce(device_id)
    return await _traces(context, device_id)


async def _traces(context: AppContext, device_id: str) -> Remains:
    found = await traces(context.store, device_id)
    return Remains(device_id=device_id, **msgspec.structs.asdict(found), erased=found.nothing)
