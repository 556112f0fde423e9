"""The live client against a scripted server, in whatever order things happen."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.client import Change, LivePosition
from herenow.model.device import Device
from tests.support.dose import dose
from tests.support.scripted_server import (
    ENCODINGS,
    Call,
    client,
    device,
    soon,
    staged,
)

STEPS = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 4)),
    st.tuples(st.just("cut"), st.sampled_from(["before", "after", "during"])),
    st.tuples(st.just("take"), st.just(0)),
    st.tuples(st.just("restart"), st.just(0)),
)


@given(st.lists(STEPS, max_size=25), st.sampled_from(ENCODINGS))
@settings(max_examples=dose(10, full=100))
def test_whatever_the_pace_and_wherever_the_link_breaks_the_end_is_what_the_server_has(
    steps: list[tuple[str, Any]], encoding: str
) -> None:
    asyncio.run(_play(steps, encoding))


async def _play(steps: list[tuple[str, Any]], encoding: str) -> None:
    held: dict[str, tuple[int, Device]] = {}  # what the server has, each with its seq
    seen: dict[str, LivePosition] = {}  # what the consumer has
    seq, epoch, clock = 0, 1, 0

    async def answered(call: Call) -> Call:
        view = await call.received()
        resume = view.get("resume")
        if resume and resume["epoch"] == f"{epoch:016x}":
            since = [one for changed, one in held.values() if changed > resume["seq"]]
            await call.update(seq, *since, view=view["id"], epoch=f"{epoch:016x}")
        else:
            await call.snapshot(view["id"], seq, [one for _, one in held.values()], f"{epoch:016x}")
        return call

    def apply(change: Change) -> None:
        if change.snapshot:
            seen.clear()
        seen.update({one.device_id: one for one in change.positions})

    async with staged([encoding]) as stage, client(stage, waiting=2) as live:
        call = await answered(await stage.call())
        apply(await soon(anext(live)))
        for step, argument in steps:
            if step == "move":
                seq, clock = seq + 1, clock + 1
                moved = device(f"d{argument}", clock)
                held[moved.device_id] = seq, moved
                await call.update(seq, moved, epoch=f"{epoch:016x}")
            elif step == "take" and live.positions != seen:
                apply(await soon(anext(live)))
            elif step == "restart":
                seq, epoch = 0, epoch + 1
                held = {name: (0, one) for name, (_, one) in held.items() if name != "d0"}
                call.cut()
                call = await answered(await stage.call())
            elif step == "cut":
                if argument == "after":
                    await call.caught_up(live)
                call.cut()
                call = await stage.call()
                if argument == "during":  # before the view is answered
                    call.cut()
                    call = await stage.call()
                await answered(call)
        await call.caught_up(live)
        assert {name: one.timestamp for name, one in live.positions.items()} == {
            name: one.position.time for name, (_, one) in held.items()
        }
        while seen != live.positions:
            apply(await soon(anext(live)))
