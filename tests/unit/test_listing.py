"""The list of devices in columns is the one that a plain loop over the devices would give."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from herenow.api.device_list import DeviceFilter, Order, matching, page_after, place_of, ranked, without_each
from herenow.live.fleet import Fleet
from herenow.model.clock import DAY
from herenow.model.contact import STALE_AFTER
from herenow.model.device import STATUSES, Device
from herenow.model.geo.box import Box
from herenow.model.search_key import search_key
from tests.support.positions import NOW, position

NAMES = (None, "", "bus", "Bus", "BUS 2", "Straße", "strasse", "a", "über")
KINDS = (None, "bus", "car", "other", *(f"rare {n}" for n in range(9)))
ORDERS: tuple[Order, ...] = get_args(Order)
TIMES = (NOW, NOW - 1, NOW - STALE_AFTER, NOW - STALE_AFTER - 1, NOW - DAY)
PLACES = (-180.0, -179.0, -1.0, 0.0, 1.0, 179.0, 180.0)

devices = st.builds(
    lambda number, time, place, name, kind, speed, distance, ahead: Device(
        position(f"d-{number}", time, latitude=place / 2, longitude=place),
        name=name or None,
        kind=kind,
        speed=speed,
        distance=distance,
        day=time // DAY,
        ahead=ahead,
    ),
    st.integers(0, 30),
    st.sampled_from(TIMES),
    st.sampled_from(PLACES),
    st.sampled_from(NAMES),
    st.sampled_from(KINDS),
    st.sampled_from((None, 0.0, 0.4, 3.0, 3.1)),
    st.sampled_from((0.0, 1.5, 70.0)),
    st.booleans(),
)
fleets = st.lists(st.lists(devices, max_size=20), min_size=1, max_size=3)
wishes = st.builds(
    DeviceFilter,
    search=st.sampled_from(("", "bus", "d-1", "nobody", "strasse")),
    kinds=st.none() | st.frozensets(st.sampled_from([kind for kind in KINDS if kind] + ["unknown"]), min_size=1),
    statuses=st.none() | st.frozensets(st.sampled_from(STATUSES), min_size=1),
    box=st.none() | st.builds(Box, st.sampled_from(PLACES), st.just(-80.0), st.sampled_from(PLACES), st.just(80.0)),
    devices=st.none() | st.frozensets(st.sampled_from(("d-1", "d-2", "d-20", "nobody")), min_size=1),
)


def fleet_of(batches: Iterable[Iterable[Device]]) -> Fleet:
    """Listed after each batch, so that there are orders which the next one makes wrong."""
    fleet = Fleet()
    for seq, batch in enumerate(batches):
        fleet.apply(batch, seq + 1)
        for order in ("id", "name"):
            ranked(fleet, matching(fleet, ()), order, NOW)
    return fleet


def conditions(wanted: DeviceFilter, named: frozenset[str]) -> Mapping[str, Callable[[Device], bool]]:
    search, kinds, statuses, box, ids = wanted.search, wanted.kinds, wanted.statuses, wanted.box, wanted.devices
    checks: dict[str, Callable[[Device], bool] | None] = {
        "search": (lambda one: any(search in search_key(text) for text in (one.device_id, one.name or "")))
        if search
        else None,
        "kind": (lambda one: one.kind in kinds or ("other" in kinds and one.kind not in named)) if kinds else None,
        "status": (lambda one: one.status(NOW) in statuses) if statuses else None,
        "bbox": (lambda one: not one.ahead and box.contains(one.position.longitude, one.position.latitude))
        if box
        else None,
        "device": (lambda one: one.device_id in ids) if ids else None,
    }
    return {name: holds for name, holds in checks.items() if holds}


def value(device: Device, order: Order) -> str | float | None:
    """What it is compared by."""
    match order.removeprefix("-"):
        case "id":
            return device.device_id
        case "name":
            return (device.name or device.device_id).casefold()
        case "speed":
            return device.speed
        case "time":
            return None if device.ahead else device.position.time
        case "distance":
            return device.distance if device.day == NOW // DAY else 0.0
    return ("moving", "idle", "stopped", "stale").index(device.status(NOW))


def by_loop(rows: Iterable[Device], order: Order) -> list[Device]:
    """Equals by id; what is not known comes last."""
    marked = [((value(one, order), one.device_id), one) for one in rows]
    known = [one for one in marked if one[0][0] is not None]
    unknown = [one for one in marked if one[0][0] is None]
    known.sort(key=lambda one: one[0], reverse=order.startswith("-"))
    unknown.sort(key=lambda one: one[0][1], reverse=order.startswith("-"))
    return [one for _, one in known + unknown]


@given(fleets, wishes, st.sampled_from(ORDERS))
def test_the_same_devices_are_listed_in_the_same_order(
    batches: list[list[Device]], wanted: DeviceFilter, order: Order
) -> None:
    fleet = fleet_of(batches)
    checks = conditions(wanted, fleet.named_kinds())
    found = [one for one in fleet if all(holds(one) for holds in checks.values())]
    rows = ranked(fleet, matching(fleet, wanted.conditions(fleet, NOW).values()), order, NOW)
    assert [fleet.devices[row] for row in rows.tolist()] == by_loop(found, order)


@given(fleets, wishes)
def test_it_says_how_many_there_were_without_each_condition(batches: list[list[Device]], wanted: DeviceFilter) -> None:
    fleet = fleet_of(batches)
    checks = conditions(wanted, fleet.named_kinds())
    expected = {
        left_out: sum(all(holds(one) for name, holds in checks.items() if name != left_out) for one in fleet)
        for left_out in checks
    }
    assert without_each(fleet, wanted.conditions(fleet, NOW)) == expected


@given(fleets, st.lists(devices, max_size=5), st.sampled_from(ORDERS))
def test_what_comes_behind_a_place_does_not_ask_whether_its_device_is_still_there(
    batches: list[list[Device]], gone: list[Device], order: Order
) -> None:
    fleet = fleet_of(batches)
    rows = ranked(fleet, matching(fleet, ()), order, NOW)
    for place in itertools.chain(fleet, gone):
        mark = place_of(fleet, place, order, NOW)
        assert mark == (value(place, order), place.device_id)
        rest = page_after(fleet, rows, order, mark, NOW)
        # A device of the same id may stand elsewhere now: the place is that of the mark.
        following = [one for one in fleet if place_of(fleet, one, order, NOW) != mark]
        expected = [one for one in following if by_loop([place, one], order)[0] is place]
        assert [fleet.devices[row] for row in rest.tolist()] == by_loop(expected, order)


def test_a_device_that_is_called_otherwise_stands_elsewhere_in_the_order_of_names() -> None:
    def called(number: int, name: str, time: int) -> Device:
        return Device(position(f"d-{number}", time), name=name)

    fleet = fleet_of([[called(1, "ant", NOW), called(2, "bee", NOW)], [called(1, "cat", NOW + 1)]])
    rows = ranked(fleet, matching(fleet, DeviceFilter(search="cat").conditions(fleet, NOW).values()), "name", NOW)
    assert [fleet.devices[row].name for row in rows.tolist()] == ["cat"]
    rows = ranked(fleet, matching(fleet, ()), "name", NOW)
    assert [fleet.devices[row].name for row in rows.tolist()] == ["bee", "cat"]
