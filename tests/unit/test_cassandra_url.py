"""Where Cassandra is, as one line says it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from herenow.store.cassandra.url import ENCODED, EXPECTED, CassandraUrl, read_cassandra_url


def test_a_short_url_has_the_usual_values() -> None:
    assert read_cassandra_url("cassandra://db/herenow") == CassandraUrl(("db",), "herenow")
    url = CassandraUrl(("db",), "herenow")
    assert (url.port, url.user, url.replication, url.datacenter, url.ttl_days) == (9042, None, 3, None, 0)


def test_a_long_url_is_read_in_all_its_parts() -> None:
    url = read_cassandra_url(
        "cassandra://me:p%40s%2Fs:1@db1,10.0.0.2,[::1]:19042/fleet_2?datacenter=eu&ttl_days=90&replication=2"
    )
    assert url == CassandraUrl(("db1", "10.0.0.2", "::1"), "fleet_2", 19042, "me", "p@s/s:1", 2, "eu", 90)


def test_the_password_is_never_shown() -> None:
    url = read_cassandra_url("cassandra://me:secret@db/herenow")
    assert "secret" not in f"{url} {url!r} {url.place}"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("http://db/herenow", "expected cassandra://"),
        ("cassandra:///herenow", "a host is missing"),
        ("cassandra://db1,,db2/herenow", "a host is missing"),
        ("cassandra://d b/herenow", "'d b' is no host"),
        ("cassandra://db:70000/herenow", "70000 is no port"),
        ("cassandra://db:port/herenow", "'db:port' is no host"),
        ("cassandra://db", "not ''"),
        ("cassandra://db/Herenow", "not 'Herenow'"),
        ("cassandra://db/1st", "not '1st'"),
        ("cassandra://db/a/b", "not 'a/b'"),
        (f"cassandra://db/{'a' * 49}", "a keyspace is"),
        ("cassandra://:secret@db/herenow", "expected cassandra://"),
        ("cassandra://db/herenow?replicas=3", "no option 'replicas'"),
        ("cassandra://db/herenow?replication=0", "from 1 to 100, not '0'"),
        ("cassandra://db/herenow?ttl_days=ten", "from 0 to 3650, not 'ten'"),
        ("cassandra://db/herenow?datacenter='", "no name of a datacenter"),
        ("cassandra://db/herenow#x", "expected cassandra://"),
        ("cassandra://me:secret@db/herenow?x=1", "no option 'x'"),
    ],
)
def test_a_wrong_url_is_refused_with_what_was_expected(wrong: str, says: str) -> None:
    with pytest.raises(ValueError, match="expected cassandra://") as failed:
        read_cassandra_url(wrong)
    assert says in str(failed.value)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    "unescaped",
    [
        "cassandra://u:se/cret@h/k",
        "cassandra://u:p/s3cret?x@h/herenow",
        "cassandra://u:1234/5678@h/herenow",
        "cassandra://u:se?cret@h/k",
        "cassandra://u:se#cret@h/k",
        "cassandra://u:se[cret@h/k",
        "cassandra://u:se@db/cret@h/k",
        "cassandra://me@corp.com:secret@h/k",
    ],
)
def test_a_password_that_is_not_encoded_is_refused_with_the_way_to_encode_it(unescaped: str) -> None:
    with pytest.raises(ValueError, match="in a user and a password / is written %2F") as failed:
        read_cassandra_url(unescaped)
    assert str(failed.value) == ENCODED


def refusal(url: str) -> str | None:
    try:
        read_cassandra_url(url)
    except ValueError as error:
        return str(error)
    return None


awkward = st.sampled_from("ab1/?#@:[]%,&= \t\n\u2100\uff0f")
passwords = st.text(awkward | st.characters(exclude_categories=["Cs"]), min_size=4, max_size=20)
rests = [
    "db/herenow",
    "db:9042,[::1]/herenow?ttl_days=9",
    "db/Wrong",
    "d b/herenow",
    "db:70000/k",
    "db/k?x=1",
    "db/k#x",
    "",
]


@given(passwords, st.sampled_from(rests))
@example("se[cret", "db/herenow")
@example("12345/678", "db/herenow")
def test_a_refusal_says_the_same_whatever_the_password(password: str, rest: str) -> None:
    """So it cannot say anything of it."""
    reason = refusal(f"cassandra://me:{password}@{rest}")
    assert reason in (None, EXPECTED, ENCODED, refusal(f"cassandra://me:other@{rest}"))
