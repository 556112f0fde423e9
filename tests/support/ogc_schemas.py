"""The bodies that OGC 22-003r3 and 19-045r3 publish as schemas, as far as we answer with them: what does not read as
these is not what the standard says."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec

# The schema wants two of each: a position alone between two silences has one here (docs/protocol.md).
Times = Annotated[list[datetime], msgspec.Meta(min_length=1)]
Place = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]
Form = Annotated[str, msgspec.Meta(pattern="^([A-Z0-9]{3}|https?://.*)$")]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Link(Body):
    href: str
    rel: str
    type: str
    title: str = ""


class Named(Body, tag_field="type", tag="Name"):
    properties: dict[Literal["name"], str]


class Linked(Body, tag_field="type", tag="Link"):
    properties: dict[Literal["type", "href"], str]


class MovingPoint(Body, tag_field="type", tag="MovingPoint"):
    datetimes: Times
    coordinates: list[Place]
    interpolation: Literal["Discrete", "Step", "Linear", "Quadratic", "Cubic"]
    id: str = ""
    crs: Named | None = None
    trs: Linked | None = None

    def __post_init__(self) -> None:
        assert len(self.datetimes) == len(self.coordinates)
        assert all(before < after for before, after in pairwise(self.datetimes))
        assert len({len(place) for place in self.coordinates}) == 1


class MovingGeometryCollection(Body, tag_field="type", tag="MovingGeometryCollection"):
    prisms: list[MovingPoint]


class Point(Body, tag_field="type", tag="Point"):
    coordinates: Place


class LineString(Body, tag_field="type", tag="LineString"):
    coordinates: Annotated[list[Place], msgspec.Meta(min_length=2)]


class MultiLineString(Body, tag_field="type", tag="MultiLineString"):
    coordinates: list[Annotated[list[Place], msgspec.Meta(min_length=2)]]


class Measure(Body, tag_field="type", tag="Measure"):
    values: list[float]
    form: Form
    interpolation: Literal["Discrete", "Step", "Linear", "Regression"]


class Feature(Body, tag_field="type", tag="Feature"):
    id: str
    geometry: Point | LineString | MultiLineString
    properties: dict[str, Any]
    crs: Named
    trs: Linked
    bbox: Annotated[list[float], msgspec.Meta(min_length=4, max_length=6)] | None = None
    time: tuple[datetime, datetime] | None = None
    temporalGeometry: MovingPoint | MovingGeometryCollection | None = None  # noqa: N815
    temporalProperties: list[dict[str, Any]] = []  # noqa: N815
    links: list[Link] = []

    def __post_init__(self) -> None:
        for one in self.temporalProperties:
            times = msgspec.convert(one["datetimes"], Times)
            for name in one.keys() - {"datetimes"}:
                assert len(msgspec.convert(one[name], Measure).values) == len(times)


class FeatureCollection(Body, tag_field="type", tag="FeatureCollection"):
    features: list[Feature]
    links: list[Link]
    timeStamp: datetime  # noqa: N815
    numberReturned: Count  # noqa: N815
    numberMatched: Count | None = None  # noqa: N815

    def __post_init__(self) -> None:
        assert self.numberReturned == len(self.features)


class TemporalGeometrySequence(Body, tag_field="type", tag="TemporalGeometrySequence"):
    geometrySequence: list[MovingPoint]  # noqa: N815
    links: list[Link]
    timeStamp: datetime  # noqa: N815
    numberReturned: Count  # noqa: N815

    def __post_init__(self) -> None:
        assert self.numberReturned == len(self.geometrySequence)
        assert all(one.id for one in self.geometrySequence)


class TemporalPrimitiveValue(Body):
    datetimes: Times
    values: list[float]
    interpolation: Literal["Discrete", "Step", "Linear", "Regression"]

    def __post_init__(self) -> None:
        assert len(self.datetimes) == len(self.values)
        assert all(before < after for before, after in pairwise(self.datetimes))


class TemporalProperty(Body):
    name: str
    type: Literal["TReal"]
    form: Form
    links: list[Link]
    valueSequence: list[TemporalPrimitiveValue] | None = None  # noqa: N815


class TemporalProperties(Body):
    temporalProperties: list[TemporalProperty]  # noqa: N815
    links: list[Link]
    timeStamp: datetime  # noqa: N815
    numberMatched: Count  # noqa: N815
    numberReturned: Count  # noqa: N815


def follows(body: object, schema: Any) -> None:
    msgspec.convert(body, schema)
