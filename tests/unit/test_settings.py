"""Settings that have a shape of their own."""

import json
from pathlib import Path

import pytest

from herenow.api.content_policy import content_policy
from herenow.errors import SettingsError
from herenow.settings import RENAMED, Settings, read_settings

TOWN = {
    "id": "town",
    "name": "Town map",
    "kind": "xyz",
    "url": "https://tiles.example.org:8443/{z}/{x}/{y}.png",
    "attribution": "Town council",
}


def given(monkeypatch: pytest.MonkeyPatch, *basemaps: object) -> None:
    monkeypatch.setenv("HERENOW_BASEMAPS", json.dumps(basemaps))


def test_basemaps_are_read_from_the_environment_and_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given(monkeypatch, TOWN)
    [town] = read_settings(None, {}).basemaps
    assert (town.id, town.max_zoom, town.hosts) == ("town", 19, ["https://tiles.example.org:8443"])
    file = tmp_path / "herenow.toml"
    rows = "\n".join(f"{name} = {json.dumps(value)}" for name, value in (TOWN | {"id": "other"}).items())
    file.write_text(f"[[basemaps]]\n{rows}\n")
    assert [one.id for one in read_settings(file, {}).basemaps] == ["other"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "builtin"}, "another id"),
        ({"id": "No Good"}, "BASEMAPS.0.ID"),
        ({"url": "https://tiles.example.org/{z}/{x}.png"}, "{z}/{x}/{y}"),
        ({"url": "javascript:alert(1)//{z}{x}{y}"}, "{z}/{x}/{y}"),
        ({"url": "https://a;script-src *//{z}/{x}/{y}"}, "one host"),
        ({"url": "https://{z}.example.org/{x}/{y}"}, "one host"),
        ({"attribution": ""}, "ATTRIBUTION"),
        ({"kind": "wms"}, "KIND"),
        ({"colour": "red"}, "COLOUR|colour"),
    ],
)
def test_a_basemap_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, change: dict[str, str], says: str) -> None:
    given(monkeypatch, TOWN | change)
    with pytest.raises(SettingsError, match=says):
        read_settings(None, {})


def test_two_basemaps_of_one_id_and_what_is_no_json_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, TOWN, TOWN)
    with pytest.raises(SettingsError, match="another id for each"):
        read_settings(None, {})
    monkeypatch.setenv("HERENOW_BASEMAPS", "[{")
    with pytest.raises(SettingsError, match="expected JSON"):
        read_settings(None, {})


def test_a_page_may_ask_the_hosts_of_basemaps_for_tiles_and_for_nothing_else() -> None:
    host = "https://tiles.example.org:8443"
    rules = dict(one.partition(" ")[::2] for one in content_policy([host]).split("; "))
    assert [name for name, sources in rules.items() if host in sources] == ["connect-src", "img-src"]


def test_a_misspelt_setting_is_refused_with_those_that_users_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERENOW_TEST_AMQP", "amqp://nowhere/")
    read_settings(None, {})
    monkeypatch.setenv("HERENOW_PROT", "8001")
    with pytest.raises(SettingsError, match=r"HERENOW_PROT: no such setting; there are .*HERENOW_PORT") as raised:
        read_settings(None, {})
    assert "TEST" not in str(raised.value)


def test_an_old_name_is_answered_with_the_present_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "herenow.toml"
    for old, name in RENAMED.items():
        file.write_text(f"{old} = 60\n")
        with pytest.raises(SettingsError) as raised:
            read_settings(file, {})
        assert str(raised.value) == f"{file}: {old}: this setting is called {name} now"
        monkeypatch.setenv(f"HERENOW_{old.upper()}", "60")
        with pytest.raises(SettingsError) as raised:
            read_settings(None, {})
        assert str(raised.value) == f"HERENOW_{old.upper()}: this setting is called HERENOW_{name.upper()} now"
        monkeypatch.delenv(f"HERENOW_{old.upper()}")
        assert name in Settings.model_fields


def test_a_wrong_setting_is_named_where_it_was_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "herenow.toml"
    file.write_text('port = 99999\nbus = "carrier-pigeon"\n')
    for flags, says in (({}, f"{file}: port: "), ({"port": 99_999}, "--port: "), ({"store": "paper"}, "--store: ")):
        with pytest.raises(SettingsError) as raised:
            read_settings(file, flags)
        assert says in str(raised.value)
        assert f"{file}: bus: expected" in str(raised.value)
        assert "HERENOW_" not in str(raised.value)
    monkeypatch.setenv("HERENOW_PORT", "99999")
    with pytest.raises(SettingsError, match=r"HERENOW_PORT: .*99999"):
        read_settings(None, {})
