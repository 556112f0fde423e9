"""What scripts/prose reads of each kind of file."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def prose() -> ModuleType:
    loader = SourceFileLoader("prose", str(ROOT / "scripts" / "prose"))
    spec = spec_from_loader("prose", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


PYTHON = '''"""A viewer is told.

Not `told`.
"""
reply = "told"  # and said
raise ValueError(f"nobody asked for {reply} it")
'''
TYPESCRIPT = """// It was told
const link = "http://told.example.org"; /* and
 * asked */
"""
TEXTS = """{
  "It was told": "said",
  "Fine": "told"
}
"""


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.py", PYTHON, [(1, "told"), (5, "said"), (6, "asked")]),
        ("a.ts", TYPESCRIPT, [(1, "told"), (3, "asked")]),
        ("tr.json", TEXTS, [(2, "told")]),
        ("a.py", "told = untold_at = masked = device.last_heard\n", [(1, "told"), (1, "untold")]),
        ("a.ts", "const told = device.last_heard, wasAsked = unasked;\n", [(1, "told"), (1, "Asked"), (1, "unasked")]),
        ("a.md", "It is told.\n\n    told = 1\n", [(1, "told")]),
    ],
)
def test_prose_and_names_are_read_and_other_code_is_not(
    prose: ModuleType, tmp_path: Path, name: str, text: str, found: list[tuple[int, str]]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    lines = [line.rsplit(f"{name}:", 1)[1] for line in prose.idioms(file)]
    assert [(int(line.split(":")[0]), line.split('"')[1]) for line in lines] == found
