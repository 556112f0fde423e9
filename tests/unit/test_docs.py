"""What the docs say is what there is."""

import re
from pathlib import Path

from herenow import __version__
from herenow.api.app import MODULES
from herenow.api.live import connection, session
from herenow.live import viewer
from herenow.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}


def test_every_setting_is_documented_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert f"| `HERENOW_{name.upper()}` | `{field.default}` |" in DOCS["settings.md"]


def test_every_documented_setting_exists() -> None:
    named = set(re.findall(r"^\| `HERENOW_(\w+)`", DOCS["settings.md"], re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def routes() -> set[str]:
    paths = {route.path for module in MODULES for route in module.router.routes}
    return {path.replace("{device_id:id}", "{device_id}") for path in paths}


def test_every_route_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"`(?:GET|POST|DELETE|WS) (/[\w/{}.-]+)", DOCS["protocol.md"]))
    assert documented - {"/openapi.json", "/docs"} == routes()


def test_every_metric_is_documented() -> None:
    source = (ROOT / "src/herenow/api/routes/metrics.py").read_text()
    counters = {f"{name}_total" for name in re.findall(r'_counter\(\s*"(\w+)"', source)}
    others = set(re.findall(r'(?:_gauge|_histogram|GaugeMetricFamily|InfoMetricFamily)\(\s*"(\w+)"', source))
    documented = set(re.findall(r"^\| `(herenow_\w+)`", DOCS["operations.md"], re.MULTILINE))
    assert {name.removesuffix("_info") for name in documented} == counters | others


def test_every_close_code_is_documented() -> None:
    codes = set(re.findall(r"^\| (\d{4}) \|", DOCS["protocol.md"], re.MULTILINE))
    used = (
        connection.STOPPING,
        connection.NO_TEXT,
        session.MISUNDERSTOOD,
        session.SILENT,
        session.TOO_MANY,
        viewer.SLOW,
    )
    assert codes == {"1002", "1009", *(str(code) for code, _ in used)}


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_picture_is_shown_on_a_page() -> None:
    shown = set(re.findall(r"\(screenshots/([\w-]+\.webp)\)", DOCS["screens.md"]))
    assert shown == {path.name for path in (ROOT / "docs" / "screenshots").iterdir()}


def test_the_version_is_the_same_everywhere() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_every_test_with_a_larger_dose_is_in_the_table_of_promises() -> None:
    tests = {path.stem: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"\btest_\w+\b", DOCS["testing.md"]))
    marked = {name for name, text in tests.items() if re.search(r"^(@long|pytestmark = long)$", text, re.MULTILINE)}
    assert marked <= named
    assert named <= set(tests)
