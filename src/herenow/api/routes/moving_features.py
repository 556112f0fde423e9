"""Devices as moving features, as OGC API – Moving Features – Part 1 (OGC 22-003r3) reads them."""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from herenow.api.context import AppContext, WithFleet
from herenow.api.cursor import Cursor, position_place, to_cursor
from herenow.api.json_route import GeoJsonResponse, json_response
from herenow.api.ogc import GEOJSON, ROOT, Links, StandardRoute, WithLinks
from herenow.api.query import area, instant, moments
from herenow.api.routes.collections import COLLECTION, check
from herenow.api.routes.devices import never_reported
from herenow.api.routes.moving_devices import MovementFilter, moving_devices
from herenow.api.schemas.ogc import Link
from herenow.errors import BadRequest, NotFound
from herenow.history.export.text import iso
from herenow.history.ogc import moving_features as mf
from herenow.history.ogc.curves import CURVES, curve
from herenow.history.ogc.primitives import Moments, Page, Primitive, at, part, read_primitive, read_primitives
from herenow.model.clock import now
from herenow.model.device import Device
from herenow.model.report import EARLIEST
from herenow.store.port import Span
from herenow.wire import json

MAX_LIMIT = 1000
MAX_LEAF = 100  # instants

Datetime = Annotated[str | None, Query(description="a time, or an interval A/B with .. for an open end")]
Bbox = Annotated[str | None, Query(description="west,south,east,north, or with heights west,south,low,east,north,high")]
Limit = Annotated[int, Query(ge=1, description=f"at most {MAX_LIMIT}; more is taken as that")]
Leaf = Annotated[str | None, Query(description="times, separated by commas: where it was then, and nothing else")]
SubTrajectory = Annotated[bool, Query(alias="subTrajectory", description="what lies in the datetime, and nothing else")]

ITEMS = f"{ROOT}/collections/{{collection_id}}/items"
ITEM = f"{ITEMS}/{{device_id:id}}"

GeoJson = Annotated[GeoJsonResponse, dict[str, Any]]

router = APIRouter(tags=["moving features"], route_class=StandardRoute)


@router.get(ITEMS, response_class=GeoJsonResponse)
async def items(
    collection_id: str,
    context: WithFleet,
    links: WithLinks,
    bbox: Bbox = None,
    datetime: Datetime = None,
    subtrajectory: SubTrajectory = False,
    limit: Limit = 10,
    cursor: Cursor = None,
) -> GeoJson:
    """Devices by id that are in the box now and reported in the time; with `subTrajectory` how they moved then, and
    the box is one that they passed."""
    check(collection_id)
    requested_at, when = now(), _interval(datetime, subtrajectory)
    wanted = MovementFilter(None if bbox is None else area(bbox), None if datetime is None else when, subtrajectory)
    found = await moving_devices(context, wanted, cursor, min(limit, MAX_LIMIT))
    features = [one | {"links": _device_links(links, str(one["id"]))} for one in found.features]
    collection = {
        "type": "FeatureCollection",
        "features": features,
        "links": links.page(found.following, GEOJSON),
        "timeStamp": iso(requested_at),
        "numberReturned": len(features),
    }
    matched = {} if found.matched is None else {"numberMatched": found.matched}
    return _geojson(collection | matched)


@router.get(f"{ITEM}/tgsequence/{{primitive}}/{{name}}")
async def primitive_curve(
    collection_id: str,
    device_id: str,
    primitive: str,
    name: str,
    context: WithFleet,
    links: WithLinks,
    datetime: Datetime = None,
) -> Response:
    """The `distance`, `velocity` or `acceleration` of a primitive over time."""
    _device(context, collection_id, device_id)
    if name not in CURVES:
        raise NotFound(f"expected one of {', '.join(CURVES)}, got {name[:40]!r}")
    within = moments(datetime)
    found = await _primitive(context, device_id, primitive)
    clipped = await asyncio.to_thread(lambda: curve(name, found).within(within))
    return json_response(mf.temporal_curve(name, clipped, links.page(None)))


@router.get(f"{ITEM}/tgsequence")
async def geometry_sequence(
    collection_id: str,
    device_id: str,
    context: WithFleet,
    links: WithLinks,
    bbox: Bbox = None,
    datetime: Datetime = None,
    leaf: Leaf = None,
    subtrajectory: SubTrajectory = False,
    limit: Limit = 10,
    cursor: Cursor = None,
) -> Response:
    """How a device moved, in primitives, oldest first."""
    _device(context, collection_id, device_id)
    requested_at, instants = now(), _instants(leaf)
    if instants and subtrajectory:
        raise BadRequest("expected leaf or subTrajectory, got both")
    when = _interval(datetime, subtrajectory)
    if instants:
        when = Moments(max(when.start, instants[0]), min(when.end, instants[-1]))
    place = None if bbox is None else area(bbox)
    found = await read_primitives(context.store, device_id, when, position_place(cursor), min(limit, MAX_LIMIT), place)

    def body() -> bytes:
        shown = found.primitives
        if instants:
            shown = [points for one in shown if (points := _at(one, instants, when))]
        elif subtrajectory:
            shown = [part(one, when) for one in shown]
        interpolation = "Discrete" if instants else "Linear"
        return json.encode(mf.geometry_sequence(shown, interpolation, links.page(_following(found)), requested_at))

    return Response(await asyncio.to_thread(body), media_type="application/json")


@router.get(f"{ITEM}/tproperties/{{name}}")
async def temporal_property(
    collection_id: str,
    device_id: str,
    name: str,
    context: WithFleet,
    links: WithLinks,
    datetime: Datetime = None,
    limit: Limit = 10,
    cursor: Cursor = None,
) -> Response:
    """What a device measured, a sequence of values for each primitive in which it did."""
    _device(context, collection_id, device_id)
    if name not in mf.PROPERTIES:
        raise NotFound(f"expected one of {', '.join(mf.PROPERTIES)}, got {name[:40]!r}")
    when = moments(datetime)
    found = await read_primitives(context.store, device_id, when, position_place(cursor), min(limit, MAX_LIMIT))

    def body() -> bytes:
        return json.encode(mf.temporal_property(name, found.primitives, links.page(_following(found))))

    return Response(await asyncio.to_thread(body), media_type="application/json")


@router.get(f"{ITEM}/tproperties")
async def temporal_properties(collection_id: str, device_id: str, context: WithFleet, links: WithLinks) -> Response:
    """What a device may measure; each property has its own values."""
    _device(context, collection_id, device_id)
    properties = [
        mf.still_property(name, [links.to("self", "collections", COLLECTION, "items", device_id, "tproperties", name)])
        for name in mf.PROPERTIES
    ]
    head = {"temporalProperties": properties, "links": links.page(None), "timeStamp": iso(now())}
    return json_response(head | {"numberMatched": len(properties), "numberReturned": len(properties)})


@router.get(ITEM, response_class=GeoJsonResponse)
async def item(collection_id: str, device_id: str, context: WithFleet, links: WithLinks) -> GeoJson:
    """A device at its newest place; how it moved is behind its links."""
    device = _device(context, collection_id, device_id)
    ever = Span(EARLIEST, device.latest + 1)
    oldest = await context.store.track(device_id, ever, None, 1)
    feature = mf.still_feature(device, oldest[0].time if oldest else None)
    return _geojson(feature | {"links": _device_links(links, device_id)})


def _device(context: AppContext, collection_id: str, device_id: str) -> Device:
    """Raises NotFound."""
    check(collection_id)
    found = context.hub.fleet.get(device_id)
    if found is None:
        raise never_reported(device_id)
    return found


def _device_links(links: Links, device_id: str) -> list[Link]:
    path = ("collections", COLLECTION, "items", device_id)
    return [
        links.to("self", *path, kind=GEOJSON),
        links.to("collection", "collections", COLLECTION),
        *(
            msgspec.structs.replace(links.to("related", *path, title), title=title)
            for title in ("tgsequence", "tproperties")
        ),
    ]


def _interval(datetime: str | None, subtrajectory: bool) -> Moments:
    found = moments(datetime)
    if subtrajectory and (datetime is None or not found.bounded or "/" not in datetime):
        raise BadRequest(f"expected datetime=A/B with both ends beside subTrajectory, got {datetime!r:.80}")
    return found


def _instants(leaf: str | None) -> list[int]:
    if leaf is None:
        return []
    found = [instant("leaf", text) for text in leaf.split(",", MAX_LEAF)[:MAX_LEAF]]
    if leaf.count(",") >= MAX_LEAF or sorted(set(found)) != found:
        raise BadRequest(f"leaf: expected at most {MAX_LEAF} times, each later than the one before; got {leaf!r:.80}")
    return found


def _at(primitive: Primitive, instants: Sequence[int], when: Moments) -> Primitive:
    return [found for time in instants if when.start <= time <= when.end and (found := at(primitive, time))]


async def _primitive(context: AppContext, device_id: str, name: str) -> Primitive:
    """Raises NotFound."""
    time = int(name) if re.fullmatch(r"[0-9]{1,15}", name) else -1
    found = await read_primitive(context.store, device_id, time)
    if found is None:
        raise NotFound(f"expected the id of a primitive, as in tgsequence, got {name[:40]!r}")
    return found


def _following(page: Page) -> str | None:
    return to_cursor(page.following) if page.following else None


def _geojson(body: mf.Json) -> GeoJsonResponse:
    return GeoJsonResponse(json.encode(body))
