"""A child has the settings of its parent, wherever the parent had them from."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from herenow.model.basemap import ExternalBasemap
from herenow.run.child_processes import environment
from herenow.settings import Settings, read_settings

# Neither NUL nor half of a pair fits into an environment.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
TILES = st.sampled_from(["https://tiles.example.org/{z}/{x}/{y}.png", "http://[::1]:8080/{z}/{x}/{-y}.mvt?key='\"%"])
BASEMAPS = st.builds(
    ExternalBasemap,
    id=st.from_regex(r"\A[a-z]{1,6}-[0-9]\Z"),
    name=TEXT,
    kind=st.sampled_from(["xyz", "mvt"]),
    url=TILES,
    dark_url=st.none() | TILES,
    attribution=TEXT,
    attribution_url=st.none() | st.just("https://example.org/licence"),
    min_zoom=st.integers(0, 24),
    max_zoom=st.integers(0, 24),
)
# Every setting. A new one gets its values here.
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "host": st.sampled_from(["127.0.0.1", "::1", "localhost", "0.0.0.0"]),  # noqa: S104 nothing listens
    "port": st.integers(0, 65535),
    "store": st.sampled_from(["sqlite:///data/herenow.db", "sqlite:////a b/ş'\".db", "cassandra://a,b:9042/fleet"]),
    "bus": st.sampled_from(["memory://", "none", "amqp://user:pa%40ss@host:5672/v%2Fhost?x=1"]),
    "access": st.just("open"),
    "origins": st.sampled_from(["none", "https://example.org", "http://localhost:3000, https://b.example.org:8443"]),
    "keep_days": st.sampled_from(["ever", "90", "90, bus=30"]),
    "basemaps": st.lists(BASEMAPS, max_size=3, unique_by=lambda one: one.id),
    "min_stop_duration": st.integers(30, 86_400),
    "max_stop_radius": st.floats(5, 5000),
    "max_stop_speed": st.floats(0, 100, exclude_min=True),
    "min_trip_duration": st.integers(1, 86_400),
    "min_trip_distance": st.floats(1, 100_000),
}


@given(st.fixed_dictionaries({}, optional=VALUES).map(lambda values: {"access": "open"} | values))
@how(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_setting_is_read_by_a_child_as_it_was_given(monkeypatch: pytest.MonkeyPatch, values: Any) -> None:
    parent = Settings(**values)
    with monkeypatch.context() as patched:
        for name, value in environment(parent).items():
            patched.setenv(name, value)
        assert read_settings(None, {}) == parent


def test_every_setting_is_tried() -> None:
    assert set(VALUES) == set(Settings.model_fields)


def test_what_a_flag_or_a_file_sets_goes_before_the_environment_of_the_parent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HERENOW_PORT", "8001")
    monkeypatch.setenv("HERENOW_MIN_STOP_DURATION", "60")
    file = tmp_path / "herenow.toml"
    file.write_text("min_stop_duration = 90\n")
    made = environment(read_settings(file, {"port": 8002}), HERENOW_MAX_STOP_RADIUS="75.0")
    assert (made["HERENOW_PORT"], made["HERENOW_MIN_STOP_DURATION"], made["HERENOW_MAX_STOP_RADIUS"]) == (
        "8002",
        "90",
        "75.0",
    )
    assert made["PATH"] == os.environ["PATH"]
