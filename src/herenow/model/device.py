"""A device: what reports positions, as its newest one and the few before tell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from herenow.model import geo
from herenow.model.clock import DAY
from herenow.model.position import Position

Status = Literal["moving", "idle", "stopped", "stale"]
STATUSES: tuple[Status, ...] = ("moving", "idle", "stopped", "stale")

MOVING = 0.5  # m/s; slower is still
STALE_AFTER = 300_000  # ms
ROOM = 30.0  # m from its anchor in which a device stands, or
SIGMAS = 2.0  # times as far as it says that it is inaccurate, but
WIDEST = 200.0  # m at most
HELD = 60_000  # ms that a speed made of positions holds in that room; a slow walk needs some time to leave it
COURSE_LEG = 10.0  # m; a shorter leg is noise and has no direction
LONGEST = {"name": 128, "kind": 32}  # characters of what a position says of its device


class Driven(msgspec.Struct, frozen=True, array_like=True):
    """How far a device went on a day, as history has it up to the position of a time (ms)."""

    last: int
    metres: float


class Anchor(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the distance of a device is counted from. It moves on once the device is further away than noise takes it,
    so that what stands goes nowhere."""

    latitude: float
    longitude: float
    time: int  # ms


class Device(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A device at its newest position. `course` and `speed` are as reported, else as of the last leg."""

    position: Position
    name: str | None = None
    kind: str | None = None
    course: float | None = None
    speed: float | None = None
    distance: float = 0.0  # m since `day`, as far as a stream tells: history says it exactly
    day: int = 0  # the UTC day the distance belongs to, days since 1970
    anchor: Anchor | None = None  # not stored; None where that is the position itself
    late: bool = False  # a newer position of the device came before: this one tells of itself alone

    @property
    def device_id(self) -> str:
        return self.position.device_id

    @property
    def motion(self) -> Status:
        """Its status at the moment of its newest position."""
        if self.speed is not None and self.speed > MOVING:
            return "moving"
        attributes = self.position.attributes
        return "idle" if attributes and attributes.get("ignition") is True else "stopped"

    def status(self, now: int) -> Status:
        """Its status at `now`, in ms."""
        return "stale" if now - self.position.time > STALE_AFTER else self.motion


def first_seen(position: Position) -> Device:
    """A device of which one position is known."""
    return Device(
        position,
        name=said(position, "name"),
        kind=said(position, "kind"),
        course=position.course,
        speed=position.speed,
        day=position.time // DAY,
    )


def moved(before: Device, position: Position) -> Device:
    """The device after a newer position; the caller has made sure that it is newer."""
    last, anchor = before.position, before.anchor
    metres = geo.distance(last.latitude, last.longitude, position.latitude, position.longitude)
    elapsed = position.time - last.time
    day = position.time // DAY
    counted, away, since = geo.counted(metres, elapsed), metres, last.time
    if anchor is not None:
        away, since = (
            geo.distance(anchor.latitude, anchor.longitude, position.latitude, position.longitude),
            anchor.time,
        )
    left = counted and away >= _room(last, position)
    speed = position.speed
    if speed is None:
        speed = before.speed
        if left:
            speed = away * 1000 / (position.time - since)
        elif elapsed and not (counted and position.time - since < HELD):
            speed = 0.0
    return Device(
        position,
        name=said(position, "name") or before.name,
        kind=said(position, "kind") or before.kind,
        course=_course(before, position, metres),
        speed=speed,
        distance=(before.distance if day == before.day else 0.0) + (away if left else 0.0),
        day=day,
        anchor=None if left or not counted else anchor or Anchor(last.latitude, last.longitude, last.time),
    )


def _room(last: Position, position: Position) -> float:
    """Metres around an anchor."""
    if last.accuracy is None and position.accuracy is None:
        return ROOM
    return min(WIDEST, max(ROOM, SIGMAS * max(last.accuracy or 0.0, position.accuracy or 0.0)))


def advance(newest: Mapping[str, Device], positions: Sequence[Position]) -> list[Device]:
    """The devices that positions move: of those of one delivery each that is newer than `newest`, in order of time,
    whatever the order in which they lie.

    Late positions, repetitions and those ahead of their time move nothing.
    """
    moves = steps(newest, positions, {})
    if moves is None:
        moves = steps(newest, in_order(positions), {})
    return moves or []


def in_order(positions: Sequence[Position]) -> list[Position]:
    return sorted(positions, key=lambda position: position.version)


def steps(newest: Mapping[str, Device], positions: Sequence[Position], now: dict[str, Device]) -> list[Device] | None:
    """The devices that a slice of a delivery moves; None where positions that are to be taken are out of order. `now`
    holds, by id, those that earlier slices moved; these are added to it."""
    moves: list[Device] = []
    for position in positions:
        device_id = position.device_id
        before = now.get(device_id) or newest.get(device_id)
        if position.ahead:
            continue
        if before is not None and position.version <= before.position.version:
            if device_id in now and position.version < before.position.version and _newer(position, newest):
                return None
            continue
        after = moved(before, position) if before is not None else first_seen(position)
        now[device_id] = after
        moves.append(after)
    return moves


def _newer(position: Position, newest: Mapping[str, Device]) -> bool:
    known = newest.get(position.device_id)
    return known is None or position.version > known.position.version


def overtaken(newest: Mapping[str, Device], positions: Iterable[Position]) -> list[Device]:
    """What late positions tell of their devices: those older than `newest`, for who follows each position of a device.
    One that was stored before and comes again is told again."""
    found: list[Device] = []
    for position in positions:
        known = newest.get(position.device_id)
        if known is not None and position.version < known.position.version:
            found.append(_as_it_was(known, position))
    return found


def _as_it_was(known: Device, position: Position) -> Device:
    return Device(position, known.name, known.kind, position.course, position.speed, late=True)


def _course(before: Device, position: Position, metres: float) -> float | None:
    if position.course is not None:
        return position.course
    if metres < COURSE_LEG:
        return before.course
    last = before.position
    return round(geo.course(last.latitude, last.longitude, position.latitude, position.longitude), 1)


def said(position: Position, attribute: Literal["name", "kind"]) -> str | None:
    """What a position says of its device, or None; a value that is no text, or a blank one, says nothing."""
    value = position.attributes.get(attribute) if position.attributes else None
    return value.strip()[: LONGEST[attribute]] or None if isinstance(value, str) else None
