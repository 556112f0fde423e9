"""A device: what reports positions, as its newest one and the few before tell."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from herenow.model import geo
from herenow.model.clock import DAY
from herenow.model.contact import STALE_AFTER, Contact, hear
from herenow.model.position import Position

Status = Literal["moving", "idle", "stopped", "stale"]
STATUSES: tuple[Status, ...] = ("moving", "idle", "stopped", "stale")

MOVING = 0.5  # m/s; slower is still
COURSE_LEG = 10.0  # m; a shorter leg is noise and has no direction
LONGEST = {"name": 128, "kind": 32}  # characters of what a position says of its device


class Device(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A device at its newest position. `course` and `speed` are as reported, else as of the last leg.

    `ahead`: all its fixes lie in the future of their reception. `position` is the last of them; it is shown as newest
    nowhere, and any fix that is not ahead takes its place.
    """

    position: Position
    name: str | None = None
    kind: str | None = None
    course: float | None = None
    speed: float | None = None
    distance: float = 0.0  # m since `day`
    day: int = 0  # the UTC day the distance belongs to, days since 1970
    ahead: bool = False
    contact: Contact | None = None  # None for what an older Herenow stored

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
        """Its status at `now`, in ms: by when it was heard, whatever its own clock says."""
        return "stale" if now > self.stale_at else self.motion

    @property
    def heard(self) -> int:
        """When it was heard last, in ms, by a late or repeated report as well."""
        return self.contact.heard if self.contact else self.position.received

    @property
    def stale_at(self) -> int:
        """When it becomes stale unless it is heard before, in ms."""
        return self.contact.stale_at if self.contact else self.position.received + STALE_AFTER

    @property
    def latest(self) -> int:
        """The time of its latest fix, in ms, one ahead of its time included."""
        return self.contact.latest if self.contact else self.position.time

    @property
    def offset(self) -> int | None:
        """By how many ms its clock is ahead, negative where it is behind; None where it is not known to be off."""
        return self.contact.offset if self.contact else None

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Greater takes the place of less, within one device."""
        return not self.ahead, self.position.time, self.position.tie, self.heard


def first_seen(position: Position) -> Device:
    """A device of which one position is known."""
    return Device(
        position,
        name=said(position, "name"),
        kind=said(position, "kind"),
        course=position.course,
        speed=position.speed,
        day=position.time // DAY,
        ahead=position.ahead,
        contact=hear(None, position),
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
        contact=hear(before.contact, position),
    )


def advance(newest: Mapping[str, Device], positions: Iterable[Position]) -> list[Device]:
    """The devices that positions change: one for each position that is newer than all of its device before it, in
    order, then one for each device that was heard after its last step.

    Late positions, repetitions and those ahead of their time move no device; they say that it was heard.
    """
    now: dict[str, Device] = {}
    steps: list[Device] = []
    heard: set[str] = set()
    for position in positions:
        device_id = position.device_id
        before = now.get(device_id) or newest.get(device_id)
        if before is None:
            after = first_seen(position)
        elif position.version > before.position.version and not before.ahead and not position.ahead:
            after = moved(before, position)
        elif before.ahead and (not position.ahead or position.version > before.position.version):
            after = _placed(before, position)
        else:
            now[device_id] = _heard(before, position)
            heard.add(device_id)
            continue
        now[device_id] = after
        steps.append(after)
    return steps + _heard_alone(heard, now, newest, steps) if heard else steps


def _heard_alone(
    heard: Iterable[str], now: Mapping[str, Device], newest: Mapping[str, Device], steps: Iterable[Device]
) -> list[Device]:
    """Of those heard, the devices that became other ones since their last step."""
    told = {step.device_id: step for step in steps}
    return [now[name] for name in heard if now[name] is not told.get(name, newest.get(name))]


def _heard(device: Device, position: Position) -> Device:
    contact = hear(device.contact, position)
    return device if contact is device.contact else msgspec.structs.replace(device, contact=contact)


def _placed(before: Device, position: Position) -> Device:
    """What was known of a place ahead of its time leads nowhere; what the device said of itself stays."""
    after = first_seen(position)
    name, kind = after.name or before.name, after.kind or before.kind
    return msgspec.structs.replace(after, name=name, kind=kind, contact=hear(before.contact, position))


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
