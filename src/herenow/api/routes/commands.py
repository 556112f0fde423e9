"""Commands to devices that are connected."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from herenow.api.context import WithContext
from herenow.api.errors import problem
from herenow.api.json_route import JsonRoute
from herenow.api.paths import DEVICE
from herenow.api.schemas.live import Answered
from herenow.errors import BadRequest
from herenow.live.device_commands import UNANSWERED

MAX_COMMAND = 16 * 1024  # bytes

router = APIRouter(tags=["devices"], route_class=JsonRoute)

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "required": ["command"]}}},
    }
}


class _CommandRequest(msgspec.Struct):
    command: msgspec.Raw


_command_request = msgspec.json.Decoder(_CommandRequest)


@router.post(f"{DEVICE}/commands", openapi_extra=_BODY)
async def command(device_id: str, request: Request, context: WithContext) -> Answered | Response:
    """Hands a command to a device on a live socket, and answers what the device answered."""
    body = await context.bodies.read(request.scope, request.receive, MAX_COMMAND)
    try:
        body.decode()  # JSON within JSON is handed on as it is, and must be text
        content = _command_request.decode(body).command
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f'expected {{"command": …}}: {error}') from error
    ack = await context.commands.send(device_id, content)
    if ack is UNANSWERED:
        return problem(504, str(UNANSWERED.detail))
    return Answered(device_id=device_id, ok=ack.ok, detail=ack.detail)
