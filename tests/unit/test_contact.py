"""When a device is stale and whether its clock is off, as its receptions say."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from herenow.model.clock import DAY, HOUR, MINUTE
from herenow.model.contact import LONGEST, SHORTEST, STALE_AFTER, Contact, after_reception
from herenow.model.device import Device, advance
from tests.support.positions import NOW, position


def device_after(*receptions: tuple[int, int]) -> Device:
    """After fixes and their receptions, in ms after NOW."""
    newest: dict[str, Device] = {}
    for fix, received in receptions:
        for device in advance(newest, [position("a", NOW + fix, received=NOW + received)]):
            newest["a"] = device
    return newest["a"]


def every(interval: int, count: int = 6, behind: int = 0) -> Device:
    return device_after(*((number * interval - behind, number * interval) for number in range(count)))


def test_a_device_whose_clock_is_slow_is_not_stale_while_it_reports() -> None:
    device = every(20_000, behind=6 * MINUTE)
    assert device.status(device.last_heard + 20_000) == "stopped"
    assert device.offset == -6 * MINUTE


def test_one_that_reports_every_five_minutes_or_hourly_is_stale_after_two_intervals() -> None:
    for interval in (5 * MINUTE, HOUR):
        device = every(interval)
        assert device.status(device.last_heard + 2 * interval) == "stopped"
        assert device.status(device.last_heard + 2 * interval + 1) == "stale"


def test_one_that_reports_often_is_stale_after_a_minute() -> None:
    device = every(1000, count=60)
    assert device.status(device.last_heard + SHORTEST) == "stopped"
    assert device.status(device.last_heard + SHORTEST + 1) == "stale"


def test_until_its_interval_is_known_a_device_is_stale_after_five_minutes() -> None:
    device = device_after((0, 0))
    assert device.status(NOW + STALE_AFTER) == "stopped"
    assert device.status(NOW + STALE_AFTER + 1) == "stale"


def test_one_outage_is_no_interval() -> None:
    minutes = [0, 1, 2, 3, 603, 604]
    device = device_after(*((minute * MINUTE, minute * MINUTE) for minute in minutes))
    assert device.stale_at == device.last_heard + 2 * MINUTE


def test_an_upload_in_several_requests_is_one_burst() -> None:
    uploads = [(hour * HOUR + fix, hour * HOUR + fix // 100) for hour in range(4) for fix in range(0, 900_000, 60_000)]
    device = device_after(*uploads)
    assert device.stale_at - device.last_heard == 2 * HOUR


def test_late_and_repeated_reports_count_as_contact_and_move_nothing() -> None:
    device = device_after((0, 0), (-60_000, 20_000), (0, 40_000))
    assert (device.position.time, device.last_heard) == (NOW, NOW + 40_000)


def test_what_is_delivered_late_or_again_does_not_say_that_a_clock_is_off() -> None:
    assert device_after(*((0, number * MINUTE) for number in range(9))).offset is None  # the same fix again and again
    backlog = [(fix * MINUTE, 10 * HOUR + fix * 15_000) for fix in range(60)]  # a fix a minute, four sent a minute
    assert device_after(*backlog).offset is None


def test_a_clock_that_is_set_right_is_not_off_any_more() -> None:
    ahead = [(DAY + number * MINUTE, number * MINUTE) for number in range(3)]
    assert device_after(*ahead).offset == DAY
    device = device_after(*ahead, (4 * MINUTE, 4 * MINUTE))
    assert (device.offset, device.position.time, device.ahead) == (None, NOW + 4 * MINUTE, False)
    assert device.latest == NOW + DAY + 2 * MINUTE


@given(st.lists(st.tuples(st.integers(-10 * DAY, 300 * DAY), st.integers(0, 10 * DAY)), min_size=1, max_size=30))
def test_contacts_stay_within_their_bounds(receptions: list[tuple[int, int]]) -> None:
    contact: Contact | None = None
    for fix, received in receptions:
        contact = after_reception(contact, position("a", NOW + fix, received=NOW + received))
    assert contact is not None
    assert contact.last_heard == NOW + max(received for _, received in receptions)
    assert contact.latest == NOW + max(fix for fix, _ in receptions)
    patience = contact.stale_at - contact.last_heard
    assert patience == STALE_AFTER or SHORTEST <= patience <= LONGEST
    assert len(contact.gaps) <= 5


def test_the_page_waits_as_long_as_the_server_before_a_device_is_stale() -> None:
    """It has a number of its own for fixes that come without `stale_at`: in a replay, and from the article's wire."""
    page = (Path(__file__).parent.parent.parent / "web" / "src" / "fleet" / "deviceStore.ts").read_text()
    found = re.search(r"^const STALE_AFTER = ([\d_]+); // ms", page, re.MULTILINE)
    assert found
    assert int(found[1]) == STALE_AFTER
