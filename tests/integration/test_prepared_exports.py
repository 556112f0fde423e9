"""Exports that are written first: a download that broke off goes on where it did, whatever happened meanwhile."""

import asyncio
import contextlib
import gc
import os
import resource
import socket
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from herenow.errors import Busy, NotFound, StoreUnavailable
from herenow.history.export import prepared as module
from herenow.history.export.prepared import KEPT, SILENT, Prepared
from tests.support.http_requests import is_problem
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

NOW = time.time_ns() // 1_000_000
COUNT = 3000
RANGE = {"from": NOW - 7_200_000, "to": NOW + 60_000}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with running(folder / "positions.db") as started:
        report(started, *[fix(number) for number in range(COUNT)])
        yield started


def fix(number: int) -> dict[str, object]:
    moment = NOW - 3_600_000 + number * 1000
    return {"device_id": "van", "time": moment, "latitude": 60 + number / 1e5, "longitude": 25.0}


def begin(server: Server, **query: str | bool) -> str:
    answer = httpx.post(f"{server.url}/api/exports", params={**RANGE, **query}, timeout=PATIENCE)
    assert answer.status_code == 202, answer.text
    name: str = answer.json()["id"]
    return name


def ready(server: Server, name: str) -> None:
    wait_for(lambda: httpx.get(f"{server.url}/api/exports/{name}", timeout=PATIENCE).json()["state"] == "ready")


def broken_off(server: Server, name: str, count: int) -> bytes:
    """The first bytes of the file, taken over a connection that is cut."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as link:
        link.sendall(f"GET /api/exports/{name}/file HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        data = b""
        while (head := data.find(b"\r\n\r\n")) < 0 or len(data) < head + 4 + count:
            data += link.recv(1 << 16)
    return data[head + 4 :][:count]


@pytest.mark.parametrize("format_name", ["csv", "ndjson", "geojson", "gpx", "kml", "czml", "parquet"])
def test_a_download_goes_on_where_it_broke_off(server: Server, format_name: str) -> None:
    name = begin(server, format=format_name)
    ready(server, name)
    whole = httpx.get(f"{server.url}/api/exports/{name}/file", timeout=PATIENCE)
    assert whole.headers["accept-ranges"] == "bytes"
    assert f"herenow.{format_name}" in whole.headers["content-disposition"]
    part = broken_off(server, name, len(whole.content) // 3)
    late = fix(-1) | {"latitude": 61.5}  # would move every byte behind it
    assert report(server, late).status_code == 200
    rest = httpx.get(
        f"{server.url}/api/exports/{name}/file",
        headers={"Range": f"bytes={len(part)}-", "If-Range": whole.headers["etag"]},
        timeout=PATIENCE,
    )
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes {len(part)}-{len(whole.content) - 1}/{len(whole.content)}"
    assert part + rest.content == whole.content


def test_a_range_that_is_not_there_is_a_problem_and_one_that_cannot_be_read_is_ignored(server: Server) -> None:
    name = begin(server, format="csv")
    ready(server, name)

    def part(range_: str, **headers: str) -> httpx.Response:
        url = f"{server.url}/api/exports/{name}/file"
        return httpx.get(url, headers={"Range": range_, **headers}, timeout=PATIENCE)

    whole = part("bytes=0-").content
    beyond = part("bytes=999999999-")
    is_problem(beyond, 416, "within the file")
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    assert part("bytes=999999999-", **{"If-Range": '"another"'}).content == whole
    for unread in "bytes=abc", "bytes=5-2", "bytes=", "items=0-1", "bytes=" + "9" * 5000 + "-", "bytes=0-1,x":
        answer = part(unread)
        assert (answer.status_code, answer.content) == (200, whole), unread
    for read, expected in ("Bytes = 2-4", whole[2:5]), ("bytes=-3", whole[-3:]), ("bytes=7-7", whole[7:8]):
        assert (part(read).status_code, part(read).content) == (206, expected), read


def test_of_several_ranges_those_that_are_not_there_are_left_out(server: Server) -> None:
    name = begin(server, format="csv")
    ready(server, name)
    url = f"{server.url}/api/exports/{name}/file"
    whole = httpx.get(url, timeout=PATIENCE).content
    for ranges, expected in (
        ("bytes=0-4,999999999-", whole[:5]),
        ("bytes=999999999-,-3,-0", whole[-3:]),
        (f"bytes={len(whole)}-, {len(whole) - 1}-{len(whole) + 5}", whole[-1:]),
    ):
        answer = httpx.get(url, headers={"Range": ranges}, timeout=PATIENCE)
        assert (answer.status_code, answer.content) == (206, expected), ranges
    both = httpx.get(url, headers={"Range": "bytes=10-12,999999999-,0-4"}, timeout=PATIENCE)
    assert both.status_code == 206
    assert both.headers["content-type"].startswith("multipart/byteranges")
    assert (both.content.count(b"Content-Range: "), whole[10:13] in both.content) == (2, True)
    is_problem(httpx.get(url, headers={"Range": "bytes=999999999-,-0"}, timeout=PATIENCE), 416, "within the file")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_file_that_can_be_continued_comes_as_it_is_and_says_how_long_it_is(server: Server, encoding: str) -> None:
    """The bytes of a compressed one would be others than those that a range counts."""
    name = begin(server, format="csv")
    ready(server, name)
    url, headers = f"{server.url}/api/exports/{name}/file", {"Accept-Encoding": encoding}
    head, whole = (httpx.request(method, url, headers=headers, timeout=PATIENCE) for method in ("HEAD", "GET"))
    assert "content-encoding" not in whole.headers
    for answer in (head, whole):
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


def test_what_is_prepared_is_what_is_streamed(server: Server) -> None:
    name = begin(server, format="csv", device="van", raw=False)
    ready(server, name)
    streamed = httpx.get(
        f"{server.url}/api/export", params={**RANGE, "format": "csv", "device": "van", "raw": False}, timeout=PATIENCE
    )
    assert streamed.headers["accept-ranges"] == "none"
    assert httpx.get(f"{server.url}/api/exports/{name}/file", timeout=PATIENCE).content == streamed.content


def test_another_process_tells_of_it_as_well(server: Server, folder: Path) -> None:
    name = begin(server)
    ready(server, name)
    assert server.stop() == 0
    with running(folder / "positions.db") as again:
        assert httpx.get(f"{again.url}/api/exports/{name}", timeout=PATIENCE).json()["state"] == "ready"
        assert httpx.get(f"{again.url}/api/exports/{name}/file", timeout=PATIENCE).text.startswith("device_id,")
        is_problem(
            httpx.get(f"{again.url}/api/exports/{'0' * 32}", timeout=PATIENCE), 404, "expected the id of an export"
        )
        is_problem(httpx.get(f"{again.url}/api/exports/..%2Fpositions/file", timeout=PATIENCE), 404)
        is_problem(httpx.get(f"{again.url}/api/exports/*/file", timeout=PATIENCE), 404, "expected the id of an export")
        answer = httpx.post(f"{again.url}/api/exports", params={"format": "shapefile"}, timeout=PATIENCE)
        is_problem(answer, 400, "expected one of csv")
        is_problem(
            httpx.post(f"{again.url}/api/exports", params={"device": "nobody"}, timeout=PATIENCE), 404, "never reported"
        )


async def slowly(gate: asyncio.Event, error: Exception | None = None) -> AsyncGenerator[bytes, None]:
    yield b"one "
    await gate.wait()
    if error:
        raise error
    yield b"two"


async def until(prepared: Prepared, name: str, state: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while prepared.state(name).state != state:  # noqa: ASYNC110 - files alone show it
            await asyncio.sleep(0.01)


async def test_it_shows_how_far_it_is_and_that_it_failed(tmp_path: Path) -> None:
    async with Prepared(tmp_path / "exports") as prepared:
        gate = asyncio.Event()
        good = await prepared.begin(".csv", slowly(gate))
        bad = await prepared.begin(".csv", slowly(gate, StoreUnavailable("the store is down")))
        assert prepared.state(good.id).state == "writing"
        with pytest.raises(Busy, match="being written"):
            prepared.file(good.id)
        gate.set()
        await until(prepared, good.id, "ready")
        await until(prepared, bad.id, "failed")
        assert prepared.file(good.id).read_bytes() == b"one two"
        assert prepared.state(bad.id).detail == "the store is down"
        with pytest.raises(NotFound, match="the store is down"):
            prepared.file(bad.id)


async def test_what_is_old_goes_and_what_nobody_writes_any_more_has_failed(tmp_path: Path) -> None:
    async with Prepared(tmp_path) as prepared:
        old, left = tmp_path / f"{'a' * 32}.csv", tmp_path / f"{'b' * 32}.part"
        for file, age in ((old, KEPT + 1), (left, SILENT + 1)):
            file.touch()
            os.utime(file, (time.time() - age,) * 2)
        assert prepared.state("a" * 32).state == "ready"
        assert prepared.state("b" * 32).state == "failed"
        gate = asyncio.Event()
        gate.set()
        await prepared.begin(".csv", slowly(gate))
        with pytest.raises(NotFound):
            prepared.state("a" * 32)


async def test_leaving_stops_what_is_being_written_and_nothing_stays_of_it(tmp_path: Path) -> None:
    async with Prepared(tmp_path) as prepared:
        begun = await prepared.begin(".csv", slowly(asyncio.Event()))
        await until(prepared, begun.id, "writing")
        await asyncio.sleep(0.05)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing waits for a test


async def test_no_more_are_written_at_a_time_and_none_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    async with Prepared(tmp_path) as prepared:
        await prepared.begin(".csv", slowly(asyncio.Event()))
        with pytest.raises(Busy, match="at most 1 exports"):
            await prepared.begin(".csv", slowly(asyncio.Event()))
    monkeypatch.setattr(module, "MIN_FREE", 1 << 60)
    async with Prepared(tmp_path) as prepared:
        full = await prepared.begin(".csv", slowly(asyncio.Event()))
        await until(prepared, full.id, "failed")
        assert "of the disk would be left" in str(prepared.state(full.id).detail)


async def test_one_that_becomes_ready_while_it_is_requested_is_always_there(tmp_path: Path) -> None:
    """Another process renames it meanwhile."""
    async with Prepared(tmp_path) as prepared:
        names = [f"{number:032x}" for number in range(300)]
        for name in names:
            (tmp_path / f"{name}.part").write_bytes(b"whole")

        def finish() -> None:
            for name in names:
                (tmp_path / f"{name}.part").rename(tmp_path / f"{name}.csv")

        finishing = asyncio.create_task(asyncio.to_thread(finish))
        for name in names:
            while prepared.state(name).state != "ready":  # noqa: ASYNC110 - files alone show it
                await asyncio.sleep(0)
        await finishing


@contextlib.contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """As on a disk with so much room: what is written beyond it fails, in every file of this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the file of pytest's output, too
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        structlog.reset_defaults()
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def many(count: int) -> AsyncGenerator[bytes, None]:
    for _ in range(count):
        yield b"x" * 1000


@pytest.mark.parametrize(("room", "says"), [(4000, "cannot write: File too large"), (0, "no room even for the reason")])
async def test_an_export_on_a_full_disk_fails_with_its_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, room: int, says: str
) -> None:
    async with Prepared(tmp_path / "exports") as prepared:
        with no_file_beyond(room):
            name = (await prepared.begin(".csv", many(10))).id
            await until(prepared, name, "failed")
        assert says in (prepared.state(name).detail or "")
        with pytest.raises(NotFound, match=says):
            prepared.file(name)
    gc.collect()  # a task that failed and that nobody awaited would say so now
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_an_export_that_fails_in_a_way_nobody_expected_is_no_export_that_goes_on(tmp_path: Path) -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"x"
        raise ValueError("a bug")

    async with Prepared(tmp_path / "exports") as prepared:
        name = (await prepared.begin(".csv", broken())).id
        await until(prepared, name, "failed")
        assert "see its log" in (prepared.state(name).detail or "")


async def test_a_folder_that_cannot_be_written_to_is_no_error_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with Prepared(tmp_path / "file" / "exports") as prepared:
        with pytest.raises(StoreUnavailable, match="cannot write to exports"):
            await prepared.begin(".csv", many(1))
