"""A position: one fix of one device, and the table of what a device can measure."""

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, cast, get_args, get_type_hints

import msgspec
from msgspec import Meta

Attributes = Mapping[str, str | int | float | bool | None]

MAX_AHEAD = 120_000  # ms; a fix further ahead of its reception never becomes newest


class MeasuredField(msgspec.Struct, frozen=True, kw_only=True):
    """What a measured field is called elsewhere. Name, type and bounds are filled in from its declaration."""

    unit: str = ""
    title: str = ""  # for people
    unknown: tuple[float, ...] = (-1,)  # sentinels of phones and trackers, in any format; NaN always is one
    aliases: tuple[str, ...] = ()  # headers of CSV, and properties of GeoJSON
    gpx: str  # the element; gpxtpx: is Garmin's extension, our: is Herenow's
    owntracks: str | None = None
    flag: int | None = None  # of the column in herenow.bin.v1; None where it has a form of its own
    requested: bool = False  # a column for viewers that name it alone: older ones refuse an unknown flag
    ogc_unit: str | None = None  # three letters of UNECE, or a URI; None where it is no temporal property
    interpolation: str = "Linear"
    later: bool = False  # added after the first ties were stored: see `digest`

    name: str = ""
    whole: bool = False
    least: float = 0
    most: float = 0


Text = Annotated[str, Meta(min_length=1, max_length=128)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]

# The table of measured fields.
Altitude = Annotated[
    float,
    Meta(ge=-12_000, le=1_000_000),
    MeasuredField(
        unit="m", unknown=(), aliases=("alt", "ele", "elevation", "altitude_m"), gpx="ele", owntracks="alt", flag=1
    ),
]
Speed = Annotated[
    float,
    Meta(ge=0, le=100_000),
    MeasuredField(unit="m/s", aliases=("speed_mps",), gpx="gpxtpx:speed", ogc_unit="MTS"),
]
Course = Annotated[
    float,
    Meta(ge=0, le=360),
    MeasuredField(
        unit="degrees from true north",
        aliases=("course_deg", "bearing"),
        gpx="gpxtpx:course",
        owntracks="cog",
        ogc_unit="http://qudt.org/vocab/unit/DEG",
        interpolation="Discrete",  # between 359° and 1° lies north, not south
    ),
]
Accuracy = Annotated[
    float,
    Meta(ge=0, le=10_000_000),
    MeasuredField(unit="m", aliases=("accuracy_m",), gpx="our:accuracy", owntracks="acc", flag=2, ogc_unit="MTR"),
]
Battery = Annotated[
    float,
    Meta(ge=0, le=100),
    MeasuredField(unit="%", gpx="our:battery", owntracks="batt", flag=4, ogc_unit="http://qudt.org/vocab/unit/PERCENT"),
]
Satellites = Annotated[
    float,  # languages whose only number is a float write 7.0 for 7
    Meta(ge=0, le=255, multiple_of=1),
    MeasuredField(
        aliases=("sat",),
        gpx="sat",
        flag=16,
        requested=True,
        ogc_unit="http://qudt.org/vocab/unit/NUM",
        interpolation="Discrete",
        later=True,
    ),
]
Hdop = Annotated[
    float,
    Meta(ge=0, le=100),
    MeasuredField(
        title="HDOP", gpx="hdop", flag=32, requested=True, ogc_unit="http://qudt.org/vocab/unit/UNITLESS", later=True
    ),
]


class Fix(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What a device reports of a fix, in the order in which most devices do. Wires, stores, exports, readers and the
    API's document are derived from its measured fields at import. CONTRIBUTING.md says what a new one needs."""

    device_id: Text
    time: int | float | str | None = None
    timestamp: int | float | str | None = None
    latitude: Latitude
    longitude: Longitude
    altitude: Altitude | None = None
    speed: Speed | None = None
    course: Course | None = None
    accuracy: Accuracy | None = None
    battery: Battery | None = None
    satellites: Satellites | None = None
    hdop: Hdop | None = None


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fix. Its identity is `(device_id, time, tie)`. Times are Unix ms UTC, angles degrees, lengths metres.

    `source` and `received` say how and when it came; they are not part of what the device reported.
    """

    device_id: str
    time: int  # ms
    tie: int  # digest of the content, 0 to 2**32 - 1
    latitude: float  # degrees WGS 84
    longitude: float  # degrees WGS 84
    altitude: float | None = None  # m
    speed: float | None = None  # m/s
    course: float | None = None  # degrees clockwise from true north, below 360
    accuracy: float | None = None  # m
    battery: float | None = None  # %
    attributes: Attributes | None = None
    received: int = 0  # ms
    source: str = ""
    satellites: int | None = None  # used for the fix
    hdop: float | None = None  # horizontal dilution of precision

    @property
    def version(self) -> tuple[int, int]:
        """Greater is newer, within one device."""
        return self.time, self.tie

    @property
    def ahead(self) -> bool:
        """Whether it lies too far in the future of its reception to be believed as newest."""
        return self.time > self.received + MAX_AHEAD


def _table() -> dict[str, MeasuredField]:
    """By name, in the order of Fix and of Position."""
    table = {}
    for name, hint in get_type_hints(Fix, include_extras=True).items():
        match get_args(get_args(hint)[0]):  # of a union with None
            case [_, Meta() as bounds, MeasuredField() as field]:
                table[name] = _entry(name, bounds, field)
    return table


def _entry(name: str, bounds: Meta, field: MeasuredField) -> MeasuredField:
    return msgspec.structs.replace(
        field,
        name=name,
        title=field.title or name.capitalize(),
        whole=bounds.multiple_of == 1,
        least=bounds.ge,
        most=bounds.le,
    )


MEASURED = _table()
FIRST = tuple(name for name, field in MEASURED.items() if not field.later)
LATER = tuple(name for name, field in MEASURED.items() if field.later)
LIVE = tuple(name for name, field in MEASURED.items() if field.flag)  # of a live position beside speed and course


def compiled(parameters: str, result: str, **names: object) -> Any:
    """A function of an expression that is put together from the table: where it runs for each position it takes no
    longer than one in which the fields are spelled out. `attrgetter` takes three times as long."""
    return eval(f"lambda {parameters}: ({result})", names)  # noqa: S307 - parts of this program only


def items(of: str, fields: Iterable[str], **instead: str) -> str:
    """For an expression: these fields of a variable, or what is `instead` of one, each with a comma behind it."""
    return "".join(f"{instead.get(field, f'{of}.{field}')}, " for field in fields)


def getter(*fields: str) -> Callable[[Any], tuple[Any, ...]]:
    return cast("Callable[[Any], tuple[Any, ...]]", compiled("one", items("one", fields)))


_NUMBERS = struct.Struct("<7d")
_NAN = float("nan")


def digest(
    latitude: float,
    longitude: float,
    altitude: float | None,
    speed: float | None,
    course: float | None,
    accuracy: float | None,
    battery: float | None,
    attributes: Attributes | None,
) -> int:
    """The `tie`: CRC-32 of the seven numbers as little-endian doubles (NaN for what is not known), then of the
    attributes as JSON with sorted keys.

    This never changes, and no field of LATER enters it: else a fix that is stored already would be stored again when
    it is reported or imported again. Adding 0.0 makes −0.0 and 0.0 the same place.
    """
    numbers = _NUMBERS.pack(
        latitude + 0.0,
        longitude + 0.0,
        _NAN if altitude is None else altitude + 0.0,
        _NAN if speed is None else speed + 0.0,
        _NAN if course is None else course + 0.0,
        _NAN if accuracy is None else accuracy + 0.0,
        _NAN if battery is None else battery + 0.0,
    )
    crc = zlib.crc32(numbers)
    return zlib.crc32(msgspec.json.encode(attributes, order="sorted"), crc) if attributes else crc
