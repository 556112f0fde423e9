"""Bodies of reports that are posted to a real server: what it takes, and what it refuses with which words."""

import gzip
import io
import json
import socket
import zlib

import httpx
import pytest

from tests.support.http_requests import NOW, fix, get, is_problem, post, track_of
from tests.support.server import Server, report


def test_an_object_an_array_lines_and_gzip_are_all_taken(server: Server) -> None:
    rows = [fix("forms", time=NOW + n) for n in range(4)]
    bodies = [
        json.dumps(rows[0]).encode(),
        json.dumps(rows[1:2]).encode(),
        b"\n".join(json.dumps(row).encode() for row in rows[2:3]) + b"\n",
    ]
    for body in bodies:
        assert post(server, body).json() == {"accepted": 1, "rejected": []}
    packed = gzip.compress(json.dumps(rows[3]).encode())
    assert post(server, packed, **{"content-encoding": "gzip"}).json()["accepted"] == 1
    assert [row["time"] for row in track_of(server, "forms")] == [row["time"] for row in rows]


def test_two_gzip_members_are_one_body(server: Server) -> None:
    lines = [json.dumps(fix("members", time=NOW + n)).encode() + b"\n" for n in range(2)]
    packed = b"".join(gzip.compress(line) for line in lines)
    assert post(server, packed, **{"content-encoding": "gzip"}).json()["accepted"] == 2


def test_good_rows_are_stored_and_bad_ones_named(server: Server) -> None:
    answer = report(server, fix("mixed"), fix("mixed", latitude=91), fix("mixed", time=NOW + 1), {"device_id": "mixed"})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 2
    assert [(bad["index"], bad["field"]) for bad in answer.json()["rejected"]] == [(1, "latitude"), (3, "latitude")]
    assert len(track_of(server, "mixed")) == 2


def test_a_long_receipt_is_compressed_where_the_client_takes_that(server: Server) -> None:
    rows = [fix("many", latitude=91) for _ in range(50)]
    for accepted, encoding in (("gzip", "gzip"), ("identity", None)):
        answer = httpx.post(f"{server.url}/api/positions", json=rows, headers={"accept-encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding
        assert len(answer.json()["rejected"]) == 50


def test_nothing_acceptable_is_a_problem_that_names_index_and_field(server: Server) -> None:
    answer = report(server, fix("none", latitude=91))
    is_problem(answer, 422, "position 0", "latitude", "got 91")
    assert answer.json()["rejected"][0]["index"] == 0


@pytest.mark.parametrize("body", [b"", b"hello", b'{"device_id":', b"[1,"])
def test_what_is_not_json_is_a_problem(server: Server, body: bytes) -> None:
    assert post(server, body).status_code in (400, 422)
    assert "expected" in post(server, body).json()["detail"]


def test_broken_and_cut_gzip_are_problems(server: Server) -> None:
    whole = gzip.compress(json.dumps(fix("gz")).encode())
    is_problem(post(server, b"not gzip", **{"content-encoding": "gzip"}), 400, "gzip")
    is_problem(post(server, whole[:-9], **{"content-encoding": "gzip"}), 400, "cut short")
    is_problem(post(server, whole[:20] + b"\xff" * 20, **{"content-encoding": "gzip"}), 400, "gzip")


def test_a_body_that_inflates_past_the_limit_is_refused(server: Server) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = io.BytesIO()
    for _ in range(100):
        bomb.write(packer.compress(b" " * 1_000_000))
    bomb.write(packer.flush())
    assert len(bomb.getvalue()) < 200_000
    is_problem(post(server, bomb.getvalue(), **{"content-encoding": "gzip"}), 413, "8 MiB")


def test_a_body_of_countless_empty_gzip_members_is_refused(server: Server) -> None:
    is_problem(post(server, gzip.compress(b"") * 10_000, **{"content-encoding": "gzip"}), 413, "members")


def test_an_unknown_encoding_is_named(server: Server) -> None:
    is_problem(post(server, b"x", **{"content-encoding": "br"}), 415, "gzip", "'br'")


def test_an_over_long_batch_and_body_are_refused_with_the_limit(server: Server) -> None:
    is_problem(report(server, *[fix("long")] * 10_001), 413, "at most 10000")
    is_problem(post(server, b" " * (8 * 1024 * 1024 + 1)), 413, "8 MiB")
    assert get(server, "/api/devices/long").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"device_id":5,"time":',
        b'{"device_id":5,"x":',
        b'{"device_id":5,"time":1,"altitude":1e999}',
        b'{"device_id":5,"received":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"device_id":"\\ud800","time":1,"latitude":1,"longitude":1}',
        b'{"device_id":"\xff"}',
    ],
)
def test_a_row_that_is_wrong_in_two_ways_leaves_the_good_one_beside_it_stored(server: Server, wrong: bytes) -> None:
    good = json.dumps(fix("beside")).encode()
    answer = post(server, good + b"\n" + wrong + b"\n")
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"][0]["index"] == 1


def test_millions_of_elements_are_refused_before_they_are_built(server: Server) -> None:
    for element in (b"1", b"NaN"):
        body = b"[" + b",".join([element] * 2_000_000) + b"]"
        is_problem(post(server, gzip.compress(body, 1), **{"content-encoding": "gzip"}), 413, "at most 10000")


def test_a_client_that_leaves_in_the_middle_is_no_error(server: Server) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as leaving:
        leaving.sendall(b"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n[")
    assert get(server, "/healthz").status_code == 200
    assert "nobody expected" not in server.output()
