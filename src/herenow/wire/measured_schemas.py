"""The measured fields of a position as types and as JSON Schema."""

from typing import Any

from herenow.model.position import MEASURED, MeasuredField


def _schema(field: MeasuredField) -> dict[str, Any]:
    kind = {"type": "integer" if field.whole else "number", "minimum": field.least, "maximum": field.most}
    return kind | ({"description": field.unit} if field.unit else {})


MEASURED_TYPES: dict[str, type] = {name: int if field.whole else float for name, field in MEASURED.items()}
MEASURED_SCHEMAS = {name: _schema(field) for name, field in MEASURED.items()}
