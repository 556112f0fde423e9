"""What Herenow calls between a report and its frame is what docs/way-of-a-position.md says, and no more."""

import re
from pathlib import Path

from tests.support.way import DOCUMENT, way


def test_the_document_names_what_a_report_calls(tmp_path: Path) -> None:
    found, document = way(tmp_path), DOCUMENT.read_text()
    wanted = "run `python -m tests.support.way` and look whether the way became longer"
    assert set(listed(found.document())) == set(listed(document)), wanted
    assert f"makes {found.calls} calls of" in " ".join(document.split()), wanted


def listed(document: str) -> list[str]:
    return re.findall(r"`[^`]+`", document)
