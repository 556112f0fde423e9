"""The URL of RabbitMQ: what it may say, and that no message gives the password away."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url

LOCAL = (("localhost", 5672),)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://localhost", RabbitUrl(LOCAL)),
        ("amqp://localhost/", RabbitUrl(LOCAL)),
        ("amqp://localhost/%2F", RabbitUrl(LOCAL)),
        ("amqp://localhost/map", RabbitUrl(LOCAL, vhost="map")),
        ("amqp://localhost/a%2Fb", RabbitUrl(LOCAL, vhost="a/b")),
        ("amqp://ann:s3cret@localhost", RabbitUrl(LOCAL, "ann", "s3cret")),
        ("amqp://ann:@localhost", RabbitUrl(LOCAL, "ann", "")),
        ("amqp://ann:s3cret℀@localhost", RabbitUrl(LOCAL, "ann", "s3cret℀")),
        ("amqp://ann:a%40b%3Ac%2Fd@localhost", RabbitUrl(LOCAL, "ann", "a@b:c/d")),
        ("amqp://ann:a:b@localhost", RabbitUrl(LOCAL, "ann", "a:b")),
        ("amqp://ann:a@b@localhost", RabbitUrl(LOCAL, "ann", "a@b")),
        ("amqps://localhost", RabbitUrl((("localhost", 5671),), tls=True)),
        ("amqp://one,two:5673,three/map", RabbitUrl((("one", 5672), ("two", 5673), ("three", 5672)), vhost="map")),
        ("amqp://[::1]", RabbitUrl((("::1", 5672),))),
        ("amqp://[::1]:5673,localhost", RabbitUrl((("::1", 5673), ("localhost", 5672)))),
        ("amqp://localhost/map?shards=4", RabbitUrl(LOCAL, vhost="map", shards=4)),
        ("amqp://localhost?shards=64&shard_mb=1", RabbitUrl(LOCAL, shards=64, shard_mb=1)),
    ],
)
def test_a_url_says_where_rabbitmq_is(url: str, expected: RabbitUrl) -> None:
    assert read_rabbit_url(url) == expected


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("", "expected amqp://"),
        ("localhost", "expected amqp://"),
        ("http://localhost", "expected amqp://"),
        ("amqp://localhost#map", "expected amqp://"),
        ("amqp://[::1", "expected amqp://"),
        ("amqp://", "a host is missing"),
        ("amqp:///map", "a host is missing"),
        ("amqp://one,,two", "a host is missing"),
        ("amqp://ann:s3cret@", "a host is missing"),
        ("amqp://localhost:amqp", "a port is a number"),
        ("amqp://localhost:65536", "a port is a number"),
        ("amqp://localhost?shard=4", "there is no option 'shard'"),
        ("amqp://localhost?shards=0", "shards is a whole number from 1 to 64, not '0'"),
        ("amqp://localhost?shards=65", "from 1 to 64"),
        ("amqp://localhost?shards=-1", "from 1 to 64"),
        ("amqp://localhost?shards=two", "not 'two'"),
        ("amqp://localhost?shards=", "not ''"),
        ("amqp://localhost?shard_mb=1.5", "not '1.5'"),
    ],
)
def test_a_wrong_url_is_refused_with_what_was_expected(url: str, what: str) -> None:
    with pytest.raises(ValueError, match="expected amqp://") as refusal:
        read_rabbit_url(url)
    assert what in str(refusal.value)


@given(user=NAMES, password=NAMES, vhost=NAMES)
def test_user_password_and_vhost_may_be_anything_percent_encoded(user: str, password: str, vhost: str) -> None:
    user_, password_, vhost_ = (quote(part, safe="") for part in (user, password, vhost))
    read = read_rabbit_url(f"amqp://{user_}:{password_}@localhost/{vhost_}")
    assert read == RabbitUrl(LOCAL, user, password, vhost)


@pytest.mark.parametrize(
    "url",
    [
        "amqp://ann:s3cret@localhost:x/map",
        "amqp://ann:s3cret/s3cret@localhost",
        "amqp://ann:s3cret?s3cret@localhost",
        "amqp://ann:12?s3cret@localhost",
        "amqp://ann:12/s3cret@localhost?shards=0",
        "amqp://ann:s3cret#s3cret@localhost",
        "amqp://ann:s3cret]@localhost",
        "amqp://ann:s3cret@local℀host",
        "amqp://ann:s3cret@localhost,[::1",
        "amqp://ann:s3cret@localhost?shards=0",
    ],
)
def test_no_refusal_repeats_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="expected amqp://") as refusal:
        read_rabbit_url(url)
    assert "s3cret" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_a_url_can_be_shown_without_its_password() -> None:
    url = read_rabbit_url("amqp://ann:s3cret@one,[::1]:5673/map")
    assert str(url) == repr(url) == "one:5672, [::1]:5673 as 'ann', vhost 'map'"
