"""Devices that are to be forgotten."""

import secrets

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from herenow.api.context import AppContext, WithContext
from herenow.api.paths import DEVICE
from herenow.api.routes.devices import json_response, never_reported
from herenow.errors import Forbidden
from herenow.history.queries.traces import traces

router = APIRouter(tags=["devices"])


def _with_key(request: Request, context: WithContext) -> None:
    """Erasing needs the key that the server keeps in a file: where a request comes from proves nothing."""
    sent = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    if context.erase_key is None or not secrets.compare_digest(sent, context.erase_key.encode()):
        raise Forbidden("erasing needs the key of this server; run `herenow erase` as its user on its machine")


@router.get(f"{DEVICE}/traces")
async def left(device_id: str, context: WithContext) -> Response:
    """How many rows speak of a device, in every table; `nothing` is true where none does."""
    return json_response(await _traces(context, device_id))


@router.delete(DEVICE, dependencies=[Depends(_with_key)])
async def erase(device_id: str, context: WithContext) -> Response:
    """Erases a device and all its positions, and returns what is left: rollups follow within a round or two. A later
    report creates the device again."""
    if (await _traces(context, device_id)).get("erased") and context.hub.fleet.get(device_id) is None:
        raise never_reported(device_id)
    if context.recorder:
        context.recorder.forget(device_id)
    await context.store.erase(device_id)
    await context.erasures.announce(device_id)
    return json_response(await _traces(context, device_id))


async def _traces(context: AppContext, device_id: str) -> dict[str, object]:
    found = await traces(context.store, device_id)
    return {"device_id": device_id, **msgspec.structs.asdict(found), "erased": found.nothing}
