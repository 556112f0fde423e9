"""The built client as it is sent: packed where that is taken, kept for as long as it may be."""

import re
import subprocess

import httpx
import pytest

from tests.support.patience import PATIENCE
from tests.support.raw_requests import Connection
from tests.support.server import Server

UNPACK = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers={"Accept-Encoding": "identity"} | headers, timeout=PATIENCE)


@pytest.fixture(scope="module")
def script(server: Server) -> str:
    """The path of the page's script."""
    found = re.search(r'src="\./(assets/[\w-]+\.js)"', get(server, "/").text)
    assert found
    return f"/{found[1]}"


def unpacked(answer: httpx.Response) -> bytes:
    if answer.headers.get("content-encoding") != "br":
        return answer.content
    return subprocess.run(["node", "-e", UNPACK], input=answer.content, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_built_file_comes_packed_as_the_asker_takes_it(
    server: Server, script: str, accepted: str, encoding: str | None
) -> None:
    whole = get(server, script)
    answer = get(server, script, **{"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.headers["content-type"] == whole.headers["content-type"]
    assert unpacked(answer) == whole.content
    packed = int(answer.headers["content-length"])
    assert packed == len(whole.content) if encoding is None else packed < len(whole.content) / 2


def test_a_range_counts_bytes_of_the_file_as_it_is(server: Server, script: str) -> None:
    whole = get(server, script).content
    answer = get(server, script, **{"Accept-Encoding": "br, gzip", "Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, whole[10:20])


def test_hashed_files_are_cached_for_ever_and_pages_are_requested_again(server: Server, script: str) -> None:
    kept = get(server, script, **{"Accept-Encoding": "br"}).headers["cache-control"]
    assert "immutable" in kept
    assert "max-age=31536000" in kept
    for path in ("/", "/index.html", "/docs", "/favicon.svg", "/basemap/world.pmtiles"):
        assert get(server, path, Range="bytes=0-9").headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_a_page_that_is_still_the_same_is_not_sent_again(server: Server, encoding: str) -> None:
    first = get(server, "/", **{"Accept-Encoding": encoding})
    again = get(server, "/", **{"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


def test_the_same_file_in_another_packing_is_another_to_caches(server: Server, script: str) -> None:
    tags = {get(server, script, **{"Accept-Encoding": encoding}).headers["etag"] for encoding in ("br", "gzip", "")}
    assert len(tags) == 3


@pytest.mark.parametrize("path", ["/", "/index.html", "/docs", "/docs.html", "/nothing-here", "/api/nothing"])
def test_every_page_says_that_it_loads_nothing_from_elsewhere_and_runs_nothing_written_into_it(
    server: Server, path: str
) -> None:
    answer = get(server, path)
    policy = dict(one.strip().partition(" ")[::2] for one in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert not policy.keys() & {"script-src", "style-src", "worker-src"}
    assert policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_no_page_holds_a_script_or_a_style(server: Server, path: str) -> None:
    page = get(server, path).text
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


@pytest.mark.parametrize(
    "path", ["/assets/%2e%2e%2findex.html", "/assets/../index.html", "/assets/none.js", "/assets/"]
)
def test_only_what_is_in_the_folder_of_digests_is_kept_for_ever(server: Server, script: str, path: str) -> None:
    with Connection(server) as connection:
        connection.send(connection.request("GET", script), connection.request("GET", path))
        kept, other = connection.answer(), connection.answer()
    assert "immutable" in kept.headers["cache-control"]
    assert other.headers["cache-control"] == "no-cache"
