"""How times, numbers and text are written in exports."""

import re
from decimal import Decimal
from functools import lru_cache
from time import gmtime, strftime

import msgspec

from herenow.model.position import Attributes

# Of formats that mean heights above the ellipsoid.
ALTITUDES = (
    "Altitudes are metres as the devices reported them, by convention above mean sea level; "
    "they are not converted to heights above the WGS 84 ellipsoid, which may differ by up to 110 m."
)

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[^\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x7e\xa0-\ud7ff]")  # what `xml` may have to change


def iso(time: int) -> str:
    """Unix ms as ISO 8601 in UTC, with ms."""
    minute, rest = divmod(time, 60_000)
    return f"{_minute(minute)}:{rest // 1000:02}.{rest % 1000:03}Z"


@lru_cache(maxsize=4096)
def _minute(minute: int) -> str:
    return strftime("%Y-%m-%dT%H:%M", gmtime(minute * 60))


def plain(number: float) -> str:
    """The shortest text that reads back as the same number, without an exponent: XML's decimals have none."""
    text = repr(number)
    return f"{Decimal(text):f}" if "e" in text else text


def xml(text: str) -> str:
    """Text for the inside of an element. What XML 1.0 cannot carry, as most control characters, becomes U+FFFD."""
    if not _SPECIAL.search(text):
        return text
    text = _UNWRITABLE.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def json_in_xml(attributes: Attributes) -> str:
    """Attributes for the inside of an element, whole: JSON has an escape for each character that XML lacks."""
    text = msgspec.json.encode(attributes).decode()
    return xml(text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff"))
