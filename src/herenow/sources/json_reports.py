"""Reports in Herenow's own JSON."""

from collections.abc import Mapping
from typing import Any

from herenow.model.report import Receipt
from herenow.model.slices import in_turns
from herenow.sources.port import Decoded, Reply
from herenow.wire import json, problem
from herenow.wire.measured_schemas import MEASURED_SCHEMAS
from herenow.wire.reports import decode_in_slices

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
_CONTENT: Mapping[str, Any] = {
    "application/json": {"schema": {"oneOf": [_POSITION, {"type": "array", "items": _POSITION}]}},
    "application/x-ndjson": {"schema": {"type": "string", "description": "one position a line"}},
}


class JsonReports:
    """Stores positions. Answers when the accepted ones are on disk; tells which were rejected, and why."""

    name = "http"
    path = "/api/positions"
    max_body = 8 * 1024 * 1024
    tag = "positions"
    operation = "report_positions"
    content = _CONTENT
    answer: type = Receipt

    async def decode(self, body: bytes) -> Decoded:
        return await in_turns(decode_in_slices(body))

    def reply(self, receipt: Receipt) -> Reply:
        if receipt.accepted or not receipt.rejected:
            return Reply(200, json.encode(receipt))
        first = receipt.rejected[0]
        detail = f"nothing was accepted; position {first.index}: {first}"
        more = {"accepted": receipt.accepted, "rejected": receipt.rejected}
        return Reply(422, problem.encode_problem(422, detail, **more), problem.MEDIA_TYPE)
