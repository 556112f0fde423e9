"""Positions in."""

from typing import Any

from fastapi import APIRouter, Request, Response

from herenow.api.body import UnknownEncoding
from herenow.api.context import WithContext
from herenow.api.errors import problem
from herenow.api.schemas.measured import MEASURED_SCHEMAS
from herenow.model.slices import in_turns
from herenow.wire import json
from herenow.wire.reports import decode_in_slices

router = APIRouter(tags=["positions"])

_POSITION: dict[str, Any] = {
    "type": "object",
    "required": ["device_id", "time", "latitude", "longitude"],
    "properties": {
        "device_id": {"type": "string", "minLength": 1, "maxLength": 128},
        "time": {"oneOf": [{"type": "integer", "description": "Unix ms"}, {"type": "string", "format": "date-time"}]},
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        **MEASURED_SCHEMAS,
        "attributes": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    },
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"oneOf": [_POSITION, {"type": "array", "items": _POSITION}]}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "one position a line"}},
        },
    }
}


@router.post("/api/positions", openapi_extra=_BODY)
async def report_positions(request: Request, context: WithContext) -> Response:
    """Stores positions. Answers when the accepted ones are on disk; tells which were rejected, and why."""
    try:
        reports, rejected = await in_turns(decode_in_slices(await context.bodies.read(request)))
    except UnknownEncoding as error:
        return problem(415, str(error))
    receipt = await context.intake.take_numbered(reports, rejected, "http")
    if receipt.rejected and not receipt.accepted:
        first = receipt.rejected[0]
        where = f"{first.field}: " if first.field else ""
        return problem(
            422, f"nothing was accepted; position {first.index}: {where}{first.reason}", **_receipt_to_json(receipt)
        )
    return Response(json.encode(receipt), media_type="application/json")


def _receipt_to_json(receipt: Any) -> dict[str, object]:
    return {"accepted": receipt.accepted, "rejected": receipt.rejected}
