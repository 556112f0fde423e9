"""A device id in a path stays one segment, whatever it holds."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.routing import Match, Route

from herenow.api.app import MODULES
from herenow.api.paths import DEVICE, routed

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ROUTES = [Route(path, lambda: None) for path in (DEVICE, f"{DEVICE}/track", f"{DEVICE}/track/{{name}}")]


def found(path: str) -> tuple[str, dict[str, object]]:
    scope = {"type": "http", "method": "GET", "path": routed(path)}
    for route in ROUTES:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return route.path, child["path_params"]
    raise AssertionError(f"no route takes {path}")


@given(ids)
@example("van/1/track")
@example("fleet//7")
@example("%2F")
@example("/")
def test_each_id_leads_to_its_device_and_to_no_other_route(device_id: str) -> None:
    name = quote(device_id, safe="")
    for end in ("", "/"):
        assert found(f"/api/devices/{name}{end}") == (DEVICE, {"device_id": device_id})
        assert found(f"/api/devices/{name}/track{end}") == (f"{DEVICE}/track", {"device_id": device_id})


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/", "/"),
        ("/api/stats/", "/api/stats"),
        ("/%61pi/stats", "/api/stats"),
        ("/a%2Fb%25", "/a%2Fb%25"),
        ("//", "/"),
    ],
)
def test_other_paths_are_decoded_but_for_what_would_change_their_segments(raw: str, path: str) -> None:
    assert routed(raw) == path


def test_no_route_takes_several_segments_for_a_name() -> None:
    assert [route.path for module in MODULES for route in module.router.routes if ":path}" in route.path] == []
