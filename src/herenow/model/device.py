"""A device: what reports positions, as its newest one and the few before tell."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from herenow.model import geo
from herenow.model.clock import DAY
from herenow.model.position import Position

Status = Literal["moving", "idle", "stopped", "stale"]
STATUSES: tuple[Status, ...] = ("moving", "idle", "stopped", "stale")

MOVING = 0.5  # m/s; slower is still
STALE_AFTER = 300_000  # ms
COURSE_LEG = 10.0  # m; a shorter leg is noise and has no direction
LONGEST = {"name": 128, "kind": 32}  # characters of what a position says of its device


class Device(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A device at its newest position. `course` and `speed` are as reported, else as of the last leg."""

    position: Position
    name: str | None = None
    kind: str | None = None
    course: float | None = None
    speed: float | None = None
    distance: float = 0.0  # m since `day`
    day: int = 0  # the UTC day the distance belongs to, days since 1970

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
    last = before.position
    metres = geo.distance(last.latitude, last.longitude, position.latitude, position.longitude)
    elapsed = position.time - last.time
    day = position.time // DAY
    so_far = before.distance if day == before.day else 0.0
    leg = metres if geo.counted(metres, elapsed) else 0.0
    return Device(
        position,
        name=said(position, "name") or before.name,
        kind=said(position, "kind") or before.kind,
        course=_course(before, position, metres),
        speed=position.speed if position.speed is not None else (leg * 1000 / elapsed if elapsed else before.speed),
        distance=so_far + leg,
        day=day,
    )


def advance(
    newest: Mapping[str, Device], positions: Iterable[Position], moving: dict[str, Device] | None = None
) -> list[Device]:
    """The devices that positions move, one for each position that is newer than all of its device before it, in order.
    `moving` holds, by id, those that earlier slices of the same positions moved; these are added to it.

    Late positions, repetitions and those ahead of their time move nothing.
    """
    now = {} if moving is None else moving
    steps: list[Device] = []
    for position in positions:
        before = now.get(position.device_id) or newest.get(position.device_id)
        if position.ahead or (before is not None and position.version <= before.position.version):
            continue
        after = moved(before, position) if before is not None else first_seen(position)
        now[position.device_id] = after
        steps.append(after)
    return steps


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
