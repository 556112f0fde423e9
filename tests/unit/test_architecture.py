"""Imports go one way: model → wire → bus, store → intake, record, live, history, client, backup → sources → api → run
→ cli. `herenow_compare` is beside that: the core does not need it, and it needs neither the command line nor HTTP."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import herenow
import herenow_compare
from herenow.bus import port as bus_port
from herenow.store import port as store_port

ROOT = Path(herenow.__file__).parent
COMPARE = Path(herenow_compare.__file__).parent
LEVELS = [
    {"errors", "metrics"},
    {"model", "logs"},
    {"settings"},
    {"wire"},
    {"bus", "store"},
    {"intake", "record", "live", "history", "client", "backup"},
    {"sources"},
    {"api", "progress"},
    {"run"},
    {"cli"},
    {"__main__"},
]
IMPORTS = (ast.Import, ast.ImportFrom)
DRIVERS = {
    "sqlite3": "store",
    "fastapi": "api",
    "starlette": "api",
    "typer": "cli",
    "acsylla": "store/cassandra/session",
    "pika": "bus/rabbitmq/connection",
    "mapbox_vector_tile": "history/queries/vector_tiles",
    "shapely": "history/tracks/simplify",
    "pyproj": "model/geo/ellipsoid",
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts != ("__init__",):
            yield parts[0], path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def level(name: str) -> int:
    return next(number for number, names in enumerate(LEVELS) if name in names)


def test_every_module_belongs_to_a_level() -> None:
    assert {name for name, _ in modules()} <= set().union(*LEVELS)


def test_imports_go_from_later_levels_to_earlier_ones_only() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for own, path in modules()
        for name in imported(path)
        if name.startswith("herenow.") and (other := name.split(".")[1]) not in (own, "__version__")
        if level(other) >= level(own)
    ]
    assert wrong == []


def test_only_its_command_imports_the_comparison_and_only_when_it_runs() -> None:
    importing = [path for _, path in modules() if any(name.startswith("herenow_compare") for name in imported(path))]
    assert importing == [ROOT / "cli" / "processes.py"]
    at_start = ast.parse(importing[0].read_text()).body
    assert not any("herenow_compare" in ast.unparse(node) for node in at_start if isinstance(node, IMPORTS))


def test_the_comparison_imports_nothing_of_http_or_the_command_line() -> None:
    levels = {
        name.split(".")[1] for path in COMPARE.glob("*.py") for name in imported(path) if name.startswith("herenow.")
    }
    assert levels & {"api", "cli", "__main__"} == set()


def test_a_driver_is_imported_where_its_adapter_is_and_nowhere_else() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for _, path in modules()
        for name in imported(path)
        if (home := DRIVERS.get(name.split(".")[0])) and not str(path.relative_to(ROOT)).startswith(home)
    ]
    assert wrong == []


@pytest.mark.parametrize("module", [bus_port, store_port])
def test_a_port_has_at_most_five_members(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    ports = [one for one in tree.body if isinstance(one, ast.ClassDef) and ast.unparse(one.bases[-1]) == "Protocol"]
    members = {
        one.name: sum(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in one.body) for one in ports
    }
    assert len(members) > 3
    assert {name: count for name, count in members.items() if count > 5} == {}


def test_only_run_takes_a_whole_store_or_bus() -> None:
    """Everything else takes the ports that it uses."""
    wholes = {"herenow.store.port.Store", "herenow.bus.port.Bus"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for own, path in modules()
        if own != "run"
        for name in imported(path)
        if name in wholes
    ]
    assert wrong == []


def test_one_class_has_one_name() -> None:
    """Names of `api/schemas` are those of the OpenAPI document. A device of that, always `schemas.Device`, is what the
    API shows of the device of the model."""
    seen: dict[str, list[str]] = {}
    for path in [*ROOT.rglob("*.py"), *COMPARE.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                seen.setdefault(node.name, []).append(str(path.relative_to(ROOT.parent)))
    assert {name: paths for name, paths in seen.items() if len(paths) > 1 and name != "Device"} == {}


def test_files_have_under_300_lines_and_functions_40_at_most() -> None:
    long = []
    for path in [*ROOT.rglob("*.py"), *COMPARE.rglob("*.py")]:
        text = path.read_text()
        name = str(path.relative_to(ROOT.parent))
        long += [name] if text.count("\n") >= 300 else []
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                long += [f"{name} {node.name}"] if (node.end_lineno or 0) - node.lineno >= 40 else []
    assert long == []
