"""The web client's types are those that the server describes."""

import subprocess
from pathlib import Path

from herenow.api.app import described
from herenow.api.schemas.live import ANSWERS

ROOT = Path(__file__).parent.parent.parent


def test_the_committed_types_are_those_of_the_openapi_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.ts"
    subprocess.run([ROOT / "scripts" / "types", made], check=True)
    same = made.read_text() == (ROOT / "web" / "src" / "api" / "schema.ts").read_text()
    assert same, "the server describes something else than web/src/api/schema.ts has: run scripts/types, and commit it"


def test_every_json_answer_under_api_is_described() -> None:
    document = described().openapi()
    bare = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        if path.startswith("/api/")
        for method, operation in methods.items()
        for answer in operation["responses"].values()
        if answer.get("content", {}).get("application/json", None) == {"schema": {}}
    ]
    assert bare == ["get /api/streets"]  # GeoJSON


def test_what_is_described_is_there() -> None:
    paths = described().openapi()["paths"]
    assert [place for place in ANSWERS if place[0] not in paths[place[1]]] == []
