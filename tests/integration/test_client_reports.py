"""The live client against a scripted server: what becomes of reports, and of who does not look."""

import asyncio
import time

import pytest

from herenow.client import Live, Report
from herenow.errors import BadRequest, Unavailable
from tests.support.positions import NOW
from tests.support.scripted_server import (
    Stage,
    client,
    fix,
    soon,
)


async def test_a_report_is_answered_by_its_receipt(stage: Stage) -> None:
    async with Live(stage.url) as live:
        reporting = asyncio.create_task(live.report([fix("a"), {"device_id": "b"}]))
        call = await stage.call()
        report = await call.received()
        assert report["positions"] == [
            {"device_id": "a", "time": NOW, "latitude": 60.0, "longitude": 25.0},
            {"device_id": "b"},
        ]
        await call.say(type="receipt", id="of another", accepted=9)
        rejected = [{"index": 1, "field": "time", "reason": "expected a value"}]
        await call.say(type="receipt", id=report["id"], accepted=1, rejected=rejected)
        receipt = await soon(reporting)
    assert (receipt.accepted, [(one.index, one.field) for one in receipt.rejected]) == (1, [(1, "time")])


async def test_a_report_outlives_the_link_and_is_answered_once(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = [asyncio.create_task(live.report([fix(name)])) for name in "ab"]
        first = [await call.received(), await call.received()]
        await call.say(type="receipt", id=first[0]["id"], accepted=1)
        assert (await soon(reporting[0])).accepted == 1
        call.cut()
        call = await stage.call()
        assert (await call.received())["type"] == "view"
        repeated = await call.received()
        assert repeated["positions"] == first[1]["positions"]
        for _ in range(2):
            await call.say(type="receipt", id=repeated["id"], accepted=1)
        assert (await soon(reporting[1])).accepted == 1
        await call.caught_up(live)  # nothing else was sent before


async def test_a_large_report_goes_in_parts_and_its_receipt_counts_over_all(stage: Stage) -> None:
    many = [Report(device_id="a", time=NOW + n, latitude=60.0, longitude=25.0) for n in range(2000)]
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report(many))
        counts: list[int] = []
        while sum(counts) < 2000:
            report = await call.received()
            counts.append(len(report["positions"]))
            wrong = [{"index": 0, "field": None, "reason": "no"}]
            await call.say(type="receipt", id=report["id"], accepted=counts[-1] - 1, rejected=wrong)
        receipt = await soon(reporting)
    assert len(counts) > 1
    assert receipt.accepted == 2000 - len(counts)
    assert [one.index for one in receipt.rejected] == [sum(counts[:number]) for number in range(len(counts))]


async def test_what_a_server_cannot_take_now_is_reported_again_after_the_time_it_asks_for(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report([fix("a")]))
        report = await call.received()
        began = time.monotonic()
        await call.say(type="receipt", id=report["id"], detail="the store is down", retry_ms=50)
        again = await call.received()
        assert time.monotonic() - began >= 0.05
        assert live.trouble == "the store is down"
        assert again["positions"] == report["positions"]
        await call.say(type="receipt", id=again["id"], accepted=1)
        assert (await soon(reporting)).accepted == 1
        assert live.trouble is None


async def test_a_report_that_a_server_does_not_understand_is_not_repeated(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report([fix("a")]))
        await call.say(type="receipt", id=(await call.received())["id"], detail="expected a fleet")
        with pytest.raises(BadRequest, match="did not understand the report: expected a fleet"):
            await soon(reporting)


async def test_who_neither_looks_nor_reports_is_not_connected_until_there_is_something_to_say(stage: Stage) -> None:
    tried = False

    def draw() -> float:
        nonlocal tried
        tried = True
        return 0.0

    async with Live(stage.url, random=draw) as live:
        await asyncio.sleep(0.05)  # nothing happens, so there is nothing to wait for
        assert (live.connected, stage.ringing()) == (False, 0)
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.say(type="receipt", id=(await call.received())["id"], accepted=1)
        await soon(reporting)
        await call.close(4401, "neither a view nor a report within 15 s")
        await live.look(devices=["a"])
        assert (await (await stage.call()).received())["devices"] == ["a"]
        assert (tried, stage.ringing()) == (True, 0)


async def test_who_looks_around_quickly_says_no_more_than_a_server_hears(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        for number in range(300):
            await live.look(devices=[str(number)])
            await asyncio.sleep(0)
        views = [await call.received()]
        while views[-1]["devices"] != ["299"]:
            views.append(await call.received())
        assert len(views) <= 100


async def test_a_report_that_nobody_answers_in_time_fails_and_is_not_repeated(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        with pytest.raises(Unavailable, match=r"took no report within 0\.05 s .*report again later"):
            await live.report([fix("a")], within=0.05)
        await call.received()
        call.cut()
        call = await stage.call()
        await call.received()
        await call.caught_up(live)


async def test_a_report_that_is_not_answered_fails_on_leaving(stage: Stage) -> None:
    async with client(stage) as live:
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.received()
    with pytest.raises(Unavailable, match="closed before the server answered"):
        await soon(reporting)


async def test_a_client_is_used_inside_its_context_and_once(stage: Stage) -> None:
    live = client(stage)
    with pytest.raises(RuntimeError, match="expected `async with"):
        await anext(live)
    with pytest.raises(RuntimeError, match="expected `async with"):
        await live.report([])
    async with live:
        pass
    with pytest.raises(RuntimeError, match="expected a Live that is new"):
        await live.__aenter__()


async def test_a_mistake_of_ours_ends_the_loop_and_is_raised(stage: Stage) -> None:
    def draw() -> float:
        raise ZeroDivisionError

    async with client(stage, random=draw) as live:
        call, _ = await stage.following(live)
        call.cut()
        with pytest.raises(ZeroDivisionError):
            await soon(anext(live))
