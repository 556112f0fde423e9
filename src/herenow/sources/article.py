"""The consumer of the article, which posts one location at a time (docs/protocol.md)."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from herenow.model.report import BadReport, Receipt
from herenow.sources.port import Decoded, Reply
from herenow.wire import json, problem
from herenow.wire.legacy_article import decode_location

_CONTENT: Mapping[str, Any] = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["device_id", "timestamp", "latitude", "longitude"],
            "properties": {
                "device_id": {"type": "string", "minLength": 1, "maxLength": 128},
                "timestamp": {"type": "number", "description": "Unix seconds or ms"},
                "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                "longitude": {"type": "number", "minimum": -180, "maximum": 180},
            },
        }
    }
}


class Broadcasted(msgspec.Struct, frozen=True):
    status: Literal["broadcasted"]


class ArticleConsumer:
    """Stores a position and shows it to every viewer."""

    name = "article"
    path = "/send-location-update"
    max_body = 64 * 1024
    tag = "the article's wire"
    operation = "send_location_update"
    content = _CONTENT
    answer: type = Broadcasted

    async def decode(self, body: bytes) -> Decoded:
        try:
            return [(0, decode_location(body))], []
        except BadReport as error:
            return [], [error.at(0)]

    def reply(self, receipt: Receipt) -> Reply:
        for rejection in receipt.rejected:
            return Reply(422, problem.encode_problem(422, str(rejection)), problem.MEDIA_TYPE)
        return Reply(200, json.encode(Broadcasted("broadcasted")))
