"""A device: what reports positions, as its newest one and the few before tell."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from herenow.model.clock import DAY
from herenow.model.contact import STALE_AFTER, Contact, after_reception
from herenow.model.geo import sphere
from herenow.model.leg import is_leg
from herenow.model.position import Position
from herenow.model.slices import in_one

Status = Literal["moving", "idle", "stopped", "stale"]
STATUSES: tuple[Status, ...] = ("moving", "idle", "stopped", "stale")

MOVING = 0.5  # m/s; slower is still
ROOM = 30.0  # m from its anchor in which a device stands, or
SIGMAS = 2.0  # times as far as it says that it is inaccurate, but
WIDEST = 200.0  # m at most
HELD = 60_000  # ms that a speed made of positions holds in that room; a slow walk needs some time to leave it
COURSE_LEG = 10.0  # m; a shorter leg is noise and has no direction
SLICE = 1000  # positions before other work gets its turn
LONGEST = {"name": 128, "kind": 32}  # characters of what a position says of its device


class DayDistance(msgspec.Struct, frozen=True, array_like=True):
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
    """A device at its newest position. `course` and `speed` are as reported, else as of the last leg.

    `ahead`: all its fixes lie in the future of their reception. `position` is the last of them; it is shown as newest
    nowhere, and any fix that is not ahead takes its place.
    """

    position: Position
    name: str | None = None
    kind: str | None = None
    course: float | None = None
    speed: float | None = None
    distance: float = 0.0  # m since `day`, as far as a stream tells: history says it exactly
    day: int = 0  # the UTC day the distance belongs to, days since 1970
    anchor: Anchor | None = None  # not stored; None where that is the position itself
    late: bool = False  # a newer position of the device came before: this one tells of itself alone
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
        """Its status at `now`, in ms: by when it last reported, whatever its own clock says."""
        return "stale" if now > self.stale_at else self.motion

    @property
    def last_heard(self) -> int:
        """When it last reported, in ms; late and repeated reports count."""
        return self.contact.last_heard if self.contact else self.position.received

    @property
    def stale_at(self) -> int:
        """When it becomes stale unless it reports before, in ms."""
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
        return not self.ahead, self.position.time, self.position.tie, self.last_heard


def first_seen(position: Position) -> Device:
    """A device of which one position is known."""
    return Device(
        position,
        name=attribute_text(position, "name"),
        kind=attribute_text(position, "kind"),
        course=position.course,
        speed=position.speed,
        day=position.time // DAY,
        ahead=position.ahead,
        contact=after_reception(None, position),
    )


def moved_to(before: Device, position: Position) -> Device:
    """The device after a newer position; the caller has made sure that it is newer."""
    last, anchor, attributes = before.position, before.anchor, position.attributes
    metres = sphere.distance(last.latitude, last.longitude, position.latitude, position.longitude)
    elapsed = position.time - last.time
    day = position.time // DAY
    counted, away, since = is_leg(metres, elapsed), metres, last.time
    if anchor is not None:
        away, since = (
            sphere.distance(anchor.latitude, anchor.longitude, position.latitude, position.longitude),
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
    today = before.distance
    if day != before.day:  # of a leg over midnight the day has the share that its time has, as in history
        today, away = 0.0, away * (position.time - day * DAY) / elapsed
    return Device(
        position,
        (attribute_text(position, "name") or before.name) if attributes else before.name,
        (attribute_text(position, "kind") or before.kind) if attributes else before.kind,
        _course(before, position, metres) if position.course is None else position.course,
        speed,
        today + (away if left else 0.0),
        day,
        None if left or not counted else anchor or Anchor(last.latitude, last.longitude, last.time),
        contact=after_reception(before.contact, position),
    )


def _room(last: Position, position: Position) -> float:
    """Metres around an anchor."""
    if last.accuracy is None and position.accuracy is None:
        return ROOM
    return min(WIDEST, max(ROOM, SIGMAS * max(last.accuracy or 0.0, position.accuracy or 0.0)))


def advance(newest: Mapping[str, Device], positions: Sequence[Position]) -> list[Device]:
    """The devices that positions change: of those of one delivery each that is newer than `newest`, in order of time,
    whatever the order in which they lie; and each device that reported after its last step.

    Late positions, repetitions and those ahead of their time move no device; they show that it reported.
    """
    return in_one(advance_in_slices(newest, positions, {}))


def advance_in_slices(
    newest: Mapping[str, Device], positions: Sequence[Position], now: dict[str, Device]
) -> Generator[None, None, list[Device]]:
    """As `advance`, with a pause after each SLICE of positions; `now`, empty before, becomes the last step of each
    device."""
    moves = yield from _all_steps(newest, positions, now)
    if moves is None:
        now.clear()
        in_order = sorted(positions, key=lambda position: position.version)
        moves = yield from _all_steps(newest, in_order, now)
    return moves or []


def _all_steps(
    newest: Mapping[str, Device], positions: Sequence[Position], now: dict[str, Device]
) -> Generator[None, None, list[Device] | None]:
    """None where positions that are to be taken are out of order."""
    moves: list[Device] = []
    for start in range(0, len(positions), SLICE):
        if start:
            yield
        found = steps(newest, positions[start : start + SLICE], now)
        if found is None:
            return None
        moves += found
    return moves


def steps(newest: Mapping[str, Device], positions: Sequence[Position], now: dict[str, Device]) -> list[Device] | None:
    """The devices that a slice of a delivery changes; None where positions that are to be taken are out of order. `now`
    holds, by id, those that earlier slices changed; these are added to it."""
    moves: list[Device] = []
    reported: set[str] = set()  # since their last step
    for position in positions:
        device_id = position.device_id
        before = now.get(device_id) or newest.get(device_id)
        after = first_seen(position) if before is None else _step(before, position)
        if after is not None:
            if reported:
                reported.discard(device_id)
            now[device_id] = after
            moves.append(after)
        elif before is not None:
            if device_id in now and _skipped(position, before, newest):
                return None
            if (after := _with_reception(before, position)) is not before:
                reported.add(device_id)
                now[device_id] = after
    return moves + [now[device_id] for device_id in reported]


def _step(before: Device, position: Position) -> Device | None:
    """The device at a position that is newer; None where it is not, or is ahead of its time."""
    last = before.position
    newer = position.time > last.time or (position.time == last.time and position.tie > last.tie)
    if before.ahead:
        return _placed(before, position) if newer or not position.ahead else None
    return moved_to(before, position) if newer and not position.ahead else None


def _skipped(position: Position, before: Device, newest: Mapping[str, Device]) -> bool:
    """Whether a step was made past a position that is newer than what was known before the delivery."""
    if position.ahead or position.version >= before.position.version:
        return False
    known = newest.get(position.device_id)
    return known is None or known.ahead or position.version > known.position.version


def late_positions(newest: Mapping[str, Device], positions: Iterable[Position]) -> list[Device]:
    """Devices at their late positions, older than `newest`, for viewers that follow each position of a device. A
    position that was stored before and comes again is among them again."""
    found: list[Device] = []
    for position in positions:
        known = newest.get(position.device_id)
        if known is None or position.time > known.position.time:
            continue
        if not known.ahead and position.version < known.position.version:
            found.append(_as_it_was(known, position))
    return found


def _as_it_was(known: Device, position: Position) -> Device:
    return Device(position, known.name, known.kind, position.course, position.speed, late=True)


def _with_reception(device: Device, position: Position) -> Device:
    contact = after_reception(device.contact, position)
    return device if contact is device.contact else msgspec.structs.replace(device, contact=contact)


def _placed(before: Device, position: Position) -> Device:
    """Drops what was known of a place ahead of its time; name, kind and attributes of the device stay."""
    after = first_seen(position)
    name, kind = after.name or before.name, after.kind or before.kind
    return msgspec.structs.replace(after, name=name, kind=kind, contact=after_reception(before.contact, position))


def _course(before: Device, position: Position, metres: float) -> float | None:
    """Where a position says none."""
    if metres < COURSE_LEG:
        return before.course
    last = before.position
    return round(sphere.course(last.latitude, last.longitude, position.latitude, position.longitude), 1)


def attribute_text(position: Position, attribute: Literal["name", "kind"]) -> str | None:
    """What a position says of its device, or None; a value that is no text, or a blank one, says nothing."""
    value = position.attributes.get(attribute) if position.attributes else None
    return value.strip()[: LONGEST[attribute]] or None if isinstance(value, str) else None
