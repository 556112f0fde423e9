"""The part of `herenow check` that asks a running server, by the address that viewers use: proxies are in the way."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from herenow import __version__
from herenow.client.connection import address, open_link
from herenow.errors import HerenowError, SettingsError
from herenow.model.clock import now
from herenow.model.finding import Finding, fault, good, warning

ANSWER_WITHIN = 10.0  # s
SILENCE = 25.0  # s; a server sends something to each viewer every ten
HELD = 12.0  # s that it is held
CLOCK_APART = 3_000  # ms; the header has whole seconds
OLD = 30_000  # ms that a position may wait for its recorder
BEHIND = 300_000  # ms of history
NO_SERVER = "start it with `herenow run`, or name its address with --server"

_VIEW = msgspec.json.encode({"type": "view", "bbox": [-1, -1, 1, 1]}).decode()


async def check_server(server: str) -> list[Finding]:
    """Raises SettingsError where that is no address of a server."""
    place, socket = server.rstrip("/"), address(server)
    try:
        async with httpx.AsyncClient(base_url=place, timeout=ANSWER_WITHIN) as client:
            ready = await client.get("/readyz")
            if (wrong := _not_herenow(ready, place)) is not None:
                return [wrong]
            answers = [await client.get(path) for path in ("/openapi.json", "/api/stats", "/api/history")]
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise SettingsError(f"expected the address of a server like http://127.0.0.1:8000, got {server!r}") from error
    except httpx.HTTPError as error:
        return [fault("server", f"{place} does not answer ({str(error) or type(error).__name__})", NO_SERVER)]
    document, stats, history = (_json(answer) for answer in answers)
    return [
        _version(document, place),
        *_readiness(ready, place),
        _clock(ready, place),
        *_pipeline(stats),
        _history(history, stats.get("newest")),
        await _socket(socket),
    ]


def _not_herenow(ready: httpx.Response, place: str) -> Finding | None:
    if "status" in _json(ready):
        return None
    what = f"expected the answer of Herenow at {place}/readyz, got {ready.status_code}"
    return fault("server", what, "see that the address is right, and that the proxy passes on this path")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) and not (answer.is_error and "reasons" not in found) else {}


def _version(document: dict[str, Any], place: str) -> Finding:
    found = str(document.get("info", {}).get("version", "unknown"))
    if found != __version__:
        what = f"the server at {place} is Herenow {found}, this command {__version__}"
        return warning("server", what, "upgrade one of them: their processes and stores may not fit")
    return good("server", f"Herenow {found} answers at {place}")


def _readiness(ready: httpx.Response, place: str) -> list[Finding]:
    reasons = [str(reason) for reason in _json(ready).get("reasons", ())]
    advice = "it continues once that is mended"
    return [fault("server", f"{place} waits: {reason}", advice) for reason in reasons]


def _clock(ready: httpx.Response, place: str) -> Finding:
    try:
        ahead = int(parsedate_to_datetime(ready.headers["Date"]).timestamp() * 1000) - now()
    except (KeyError, ValueError):
        return good("clocks", f"{place} does not tell its time")
    if abs(ahead) > CLOCK_APART:
        what = f"the clock of {place} is {ahead / 1000:+.0f} s from the one here"
        return warning("clocks", what, "keep the clocks of all machines right, by NTP")
    return good("clocks", f"{place} has the time of this machine")


def _pipeline(stats: dict[str, Any]) -> list[Finding]:
    """Queues of the recorders, and clocks of devices. Nothing where the server has no statistics yet."""
    if not stats:
        return []
    found, backlog, clocks = [], stats.get("backlog"), stats["clocks"]
    if backlog and (backlog["oldest_ms"] or 0) > OLD:
        what = f"positions wait for {backlog['oldest_ms'] / 1000:.0f} s until they are stored"
        found.append(fault("bus", what, "start more recorders, and look whether the store is slow"))
    if clocks["count"]:
        worst = ", ".join(f"{one['device_id']} ({one['offset'] / 1000:+,.0f} s)" for one in clocks["worst"][:3])
        what = f"{clocks['count']} devices have a clock that is off by more than two minutes, like {worst}"
        found.append(warning("clocks", what, "correct their clocks: what lies ahead never becomes the newest"))
    return found or [good("clocks", f"the clocks of {stats['devices']:,} devices are right")]


def _history(history: dict[str, Any], newest: int | None) -> Finding:
    made = history.get("made")
    if made is None:
        advice = "wait for the first round; without `herenow run`, see that `herenow rollup` runs"
        return warning("history", "history is not built yet", advice)
    behind = max(0, (newest or 0) - int(made))
    if behind > BEHIND:
        advice = "see that one `herenow rollup` runs, and its log"
        return warning("history", f"history is {behind / 60_000:.0f} minutes behind", advice)
    return good("history", f"history is at most {behind / 1000:.0f} s behind the newest position")


async def _socket(socket: str) -> Finding:
    """Holds one for longer than a server is silent: a proxy that cuts sockets, or holds frames back, is found."""
    try:
        link = await open_link(socket)
        try:
            await link.say(_VIEW)
            until = time.monotonic() + HELD
            while time.monotonic() < until:
                if await link.receive(SILENCE) is None:
                    what = f"nothing came over {socket} for {SILENCE:.0f} s"
                    return fault("server", what, "have the proxy pass on WebSockets without holding frames back")
        finally:
            await link.close()
    except HerenowError as error:
        advice = "have the proxy pass on WebSockets and leave them open for 60 s of silence (docs/operations.md)"
        return fault("server", str(error), advice)
    return good("server", f"WebSockets come through at {socket}")
