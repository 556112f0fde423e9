"""Examines RabbitMQ: what is there, whether it may be used, and whether a policy breaks a promise."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from herenow.bus.rabbitmq.connection import RabbitConnection, open_connection
from herenow.bus.rabbitmq.topology import DEAD, count_waiting, declare_shards, shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable
from herenow.model.finding import Finding, fault, good, warning

MANAGEMENT_PORT = 15672
ANSWER_WITHIN = 5.0  # s
OLDEST = (3, 10)  # of RabbitMQ: quorum queues with dead letters at least once

_POLICIES = ("overflow", "max-length", "max-length-bytes", "message-ttl", "expires")


async def inspect(url: RabbitUrl, management: str | None = None) -> AsyncIterator[Finding]:
    """`management` is the address of the management API, unless it is at its usual port."""
    try:
        async with open_connection(url, "check") as link:
            yield _version(link.version, url)
            waiting = await count_waiting(link, url)
            await declare_shards(link, url)
            yield good("bus", f"{url.shards} queues are there, with these options; {waiting:,} messages wait")
            yield await _dead(link)
            if link.blocked:
                yield fault("bus", link.blocked, "until then devices get 503 and keep their positions")
    except BusUnavailable as error:
        yield fault("bus", str(error), "until then devices get 503 and keep their positions")
        return
    async for finding in _managed(url, management or _management(url)):
        yield finding


def _management(url: RabbitUrl) -> str:
    host = url.hosts[0][0]
    return f"http://{f'[{host}]' if ':' in host else host}:{MANAGEMENT_PORT}"


def _version(version: str, url: RabbitUrl) -> Finding:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST:
        return fault("bus", f"RabbitMQ {version} at {url.place} is too old", "install 3.10 or newer")
    return good("bus", f"RabbitMQ {version} at {url.place} takes user {url.user!r} in vhost {url.vhost!r}")


async def _dead(link: RabbitConnection) -> Finding:
    count = await link.waiting_in(DEAD)
    if not count:
        return good("bus", "no message was set aside")
    advice = "look at their header `reason`, correct them and move them back, or purge them"
    return warning("bus", f"{count:,} messages that could not be stored wait in {DEAD}", advice)


async def _managed(url: RabbitUrl, place: str) -> AsyncIterator[Finding]:
    """What only the management API knows."""
    login = url.user, url.password
    try:
        async with httpx.AsyncClient(base_url=place, auth=login, timeout=ANSWER_WITHIN) as client:
            nodes = (await client.get("/api/nodes")).raise_for_status().json()
            queues = (await client.get(f"/api/queues/{quote(url.vhost, safe='')}")).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        what = f"policies and members of queues were not examined: {place} does not answer ({type(error).__name__})"
        yield warning("bus", what, "enable rabbitmq_management for this user, or check them by hand")
        return
    shards = {shard_queue(shard) for shard in range(url.shards)}
    for finding in _queues([queue for queue in queues if queue["name"] in shards], len(nodes)):
        yield finding


def _queues(queues: list[Mapping[str, Any]], nodes: int) -> Iterator[Finding]:
    faults = 0
    for queue in queues:
        name, members = queue["name"], len(queue.get("members", ()))
        policy = queue.get("effective_policy_definition") or {}
        if wrong := [one for one in _POLICIES if one in policy]:
            faults += 1
            what = f"a policy sets {', '.join(wrong)} of {name}: it may drop positions that were accepted"
            yield fault("bus", what, f"except the queues herenow.positions.* from policy {queue.get('policy')!r}")
        if nodes >= 3 > members:
            faults += 1
            what = f"{name} has {members} members of {nodes} nodes: it does not survive the loss of one"
            yield fault("bus", what, f"rabbitmq-queues grow NODE all --queue-pattern {name}")
    if not faults:
        yield good("bus", f"no policy drops positions; every queue has its members on {nodes} nodes")
