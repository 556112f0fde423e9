"""Imports go one way: model → wire → bus, store → intake, record, live, history, client → sources → api → run → compare
→ cli."""

import ast
from collections.abc import Iterator
from pathlib import Path

import herenow

ROOT = Path(herenow.__file__).parent
LEVELS = [
    {"errors", "metrics"},
    {"model", "logs"},
    {"settings"},
    {"wire"},
    {"bus", "store"},
    {"intake", "record", "live", "history", "client"},
    {"sources"},
    {"api", "progress"},
    {"run"},
    {"compare"},
    {"cli"},
    {"__main__"},
]
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


def test_a_driver_is_imported_where_its_adapter_is_and_nowhere_else() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for _, path in modules()
        for name in imported(path)
        if (home := DRIVERS.get(name.split(".")[0])) and not str(path.relative_to(ROOT)).startswith(home)
    ]
    assert wrong == []
