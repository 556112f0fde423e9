"""The fields of a JSON object, also where numbers are in it that JSON or a float does not know."""

import json
import math

import msgspec

from herenow.model.report import BadReport

MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # what msgspec raises

_object = msgspec.json.Decoder(dict[str, object])


class NotFinite(float):
    """A number that is none in JSON, like NaN, or that no float holds, like 1e400; as text it is what was written."""

    written: str

    def __new__(cls, written: str) -> "NotFinite":
        made = super().__new__(cls, written)
        made.written = written
        return made

    def __repr__(self) -> str:
        return self.written

    __str__ = __repr__


def read_fields(text: bytes, what: str = "JSON") -> dict[str, object]:
    """The members of an object; numbers may be NotFinite. Raises BadReport that expected `what`."""
    try:
        return _object.decode(text)
    except MALFORMED as error:
        found = _read_leniently(text)
        if isinstance(found, dict) and _is_encodable(found):
            return found
        raise BadReport(None, f"expected {what}: {error}") from error


def unreadable(text: bytes, error: Exception) -> BadReport:
    """Why a report cannot be decoded: by the number in it that is not finite, or else by the decoder's `error`."""
    found = _read_leniently(text)
    wrong = not_finite(found) if isinstance(found, dict) else None
    return wrong or BadReport(None, f"expected JSON: {error}")


def not_finite(fields: dict[str, object]) -> BadReport | None:
    """The error of the first number among fields and attributes that is not finite."""
    for field, value in fields.items():
        if isinstance(value, float) and not math.isfinite(value):
            return BadReport(field, f"expected a finite number, got {cut(str(value))}")
        for name, inner in value.items() if isinstance(value, dict) else ():
            if isinstance(inner, float) and not math.isfinite(inner):
                return BadReport(field, f"{name[:64]}: expected a finite number, got {cut(str(inner))}")
    return None


def cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _read_leniently(text: bytes) -> object:
    """None where it is no JSON even so."""
    try:
        return json.loads(text.decode(), parse_float=_number, parse_constant=NotFinite)
    except (ValueError, RecursionError):
        return None


def _number(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else NotFinite(written)


def _is_encodable(fields: dict[str, object]) -> bool:
    """Whether all text is whole: Python's json reads halves of pairs, which nothing behind it can write."""
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True
