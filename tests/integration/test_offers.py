"""A client may offer another protocol with any request; what is not taken up changes nothing (RFC 9110, 7.8)."""

import itertools
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http_requests import fix, get, track_of
from tests.support.raw_requests import Connection
from tests.support.server import Server, wait_for

NOW = time.time_ns() // 1_000_000

H2C = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
)  # as curl, Java
OFFERS = {
    "h2c": H2C,
    "tls": ("Upgrade: TLS/1.2", "Connection: Upgrade"),
    "several": ("Connection: keep-alive", "Connection: upgrade", "Upgrade: foo/1, h2c"),
    "a WebSocket by POST": ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
}


def body(device_id: str, count: int) -> bytes:
    return json.dumps(fix(device_id, time=NOW + count)).encode()


@pytest.mark.parametrize("offer", OFFERS)
def test_a_request_with_an_offer_is_answered_with_its_whole_body(server: Server, offer: str) -> None:
    device_id = f"offer-{offer.replace(' ', '-')}"
    with Connection(server) as connection:
        for count in range(3):
            connection.send(connection.request("POST", "/api/positions", body(device_id, count), OFFERS[offer]))
            assert json.loads(connection.answer().body) == {"accepted": 1, "rejected": []}
            connection.send(connection.request("GET", "/healthz"))
            assert json.loads(connection.answer().body) == {"status": "ok"}
    assert len(track_of(server, device_id)) == 3


@given(cuts=st.lists(st.integers(0, 2000), max_size=6), chunked=st.booleans())
def test_in_whatever_segments_it_comes_a_body_is_never_another_request(
    server: Server, cuts: list[int], chunked: bool
) -> None:
    """The body looks like a request itself; the answer after it belongs to the request after it."""
    inner = b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"
    with Connection(server) as connection:
        if chunked:
            head = connection.request("POST", "/api/positions", headers=[*H2C, "Transfer-Encoding: chunked"])
            first = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(inner), inner)
        else:
            first = connection.request("POST", "/api/positions", inner, H2C)
        sent = first + connection.request("GET", "/healthz")
        places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
        connection.send(*(sent[start:end] for start, end in itertools.pairwise(places)))
        refused, well = connection.answer(), connection.answer()
        assert refused.status == 400
        assert "got 'GET /readyz" in refused.detail
        assert json.loads(well.body) == {"status": "ok"}


def test_a_handshake_may_list_several_offers_in_several_lines(server: Server) -> None:
    lines = ("Connection: keep-alive", "Connection: Upgrade ", "Upgrade: h2c, websocket", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    with Connection(server) as connection:
        connection.send(connection.request("GET", "/ws/locations", headers=[*lines, key]))
        assert connection.answer().status == 101


def test_a_socket_that_is_not_there_is_a_404_with_the_headers_of_every_answer(server: Server) -> None:
    offer = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    with Connection(server) as connection:
        connection.send(connection.request("GET", "/ws/nothing", headers=[*offer, key]))
        answer = connection.answer()
    assert answer.status == 404
    assert "/ws/nothing" in answer.detail
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_what_asks_for_a_proxy_is_refused(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n")
        assert connection.answer("CONNECT").status == 501
        assert connection.ended()


def test_positions_that_came_with_offers_are_stored_once(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(
            b"".join(
                connection.request("POST", "/api/positions", body("offer-once", count), H2C) for count in range(20)
            )
        )
        assert [connection.answer().status for _ in range(20)] == [200] * 20
    wait_for(lambda: get(server, "/api/devices/offer-once").status_code == 200)
    assert len(track_of(server, "offer-once")) == 20
