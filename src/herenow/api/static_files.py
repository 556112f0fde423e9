"""The files of the built web client."""

import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse
from starlette.staticfiles import StaticFiles as Files
from starlette.types import Scope

from herenow.api.ranged_file import RangedFile
from herenow.api.security import FOR_EVER

DIGESTED = "assets"  # the folder of files with a digest of their content in their name
PACKED = {"br": ".br", "gzip": ".gz"}  # what the build lays beside a file, the smallest first


class StaticFiles(Files):
    """Answers with a file as the build packed it, where the asker takes that."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        found = self._found(full_path, stat_result, scope, status_code)
        if status_code == 200 and Path(full_path).parent.name == DIGESTED:
            found.headers["Cache-Control"] = FOR_EVER
        return found

    def _found(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int
    ) -> Response:
        packed = {encoding: path for encoding, path in _precompressed(full_path) if path.is_file()}
        request_headers = Headers(scope=scope)
        # A range counts bytes of the file as it is.
        taken = set() if "range" in request_headers else _accepted_encodings(request_headers.get("accept-encoding", ""))
        encoding = next((name for name in packed if name in taken), None)
        headers = ({"Vary": "Accept-Encoding"} if packed else {}) | ({"Content-Encoding": encoding} if encoding else {})
        kind = mimetypes.guess_type(full_path)[0]
        path = packed[encoding] if encoding else full_path
        found = RangedFile(path, status_code, headers, kind, stat_result=Path(path).stat() if encoding else stat_result)
        return NotModifiedResponse(found.headers) if self.is_not_modified(found.headers, request_headers) else found


def _precompressed(path: str | os.PathLike[str]) -> Iterator[tuple[str, Path]]:
    return ((encoding, Path(f"{os.fspath(path)}{ending}")) for encoding, ending in PACKED.items())


def _accepted_encodings(accepted: str) -> set[str]:
    """The encodings that a header names and does not refuse (RFC 9110, 12.5.3)."""
    named = (one.partition(";") for one in accepted.lower().split(","))
    return {name.strip() for name, _, weight in named if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00")}
