"""The intake of a server that runs elsewhere."""

import gzip
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import httpx
import msgspec

from herenow.errors import BadRequest, SettingsError, Unavailable
from herenow.model.report import MAX_BATCH, Receipt, Rejection, Report
from herenow.wire import json

MAX_BODY = 7 * 1024 * 1024  # bytes before compressing; below what a server inflates
TIMEOUT = 30.0  # s; a server answers when all is on disk

_receipt = msgspec.json.Decoder(Receipt)


class RemoteIntake:
    """Reports to `POST /api/positions` of the server at `url`, like http://127.0.0.1:8000. Use it with `async with`.

    The server names the source: the one given to `take` is not sent.
    """

    def __init__(self, url: str) -> None:
        """Raises SettingsError where `url` is not the address of a server."""
        if not _is_server(url):
            raise SettingsError(f"expected the address of a server like http://127.0.0.1:8000, got {url!r}")
        self._url = url.rstrip("/") + "/api/positions"
        self._client = httpx.AsyncClient(timeout=TIMEOUT)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def take(self, reports: Sequence[Report], source: str) -> Receipt:  # noqa: ARG002 - see the class
        """As Intake promises; sent in as many requests as the limits of the server ask for.

        Raises BadRequest where the server does not understand; Unavailable where it does not answer or stores nothing.
        """
        accepted, rejected = 0, list[Rejection]()
        start = 0
        for count, body in _bodies(reports):
            receipt = await self._post(body)
            accepted += receipt.accepted
            rejected += [msgspec.structs.replace(one, index=one.index + start) for one in receipt.rejected]
            start += count
        return Receipt(accepted, rejected)

    async def _post(self, body: bytes) -> Receipt:
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        content = gzip.compress(body, compresslevel=1)
        try:
            answer = await self._client.post(self._url, content=content, headers=headers)
        except httpx.HTTPError as error:
            words = str(error) or type(error).__name__
            raise Unavailable(f"{self._url} does not answer ({words}); start it with `herenow run`") from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Receipt:
        if answer.is_server_error:
            raise Unavailable(f"{self._url} does not take positions now: {_reason(answer)}; see its log")
        if answer.status_code not in (200, 422):
            raise BadRequest(f"{self._url} refused the positions: {_reason(answer)}; is this the address of Herenow?")
        try:
            return _receipt.decode(answer.content)
        except msgspec.DecodeError as error:
            raise BadRequest(
                f"{self._url} did not answer as Herenow does: {_reason(answer)}; is this its address?"
            ) from error


def _is_server(url: str) -> bool:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host)


def _bodies(reports: Sequence[Report]) -> Iterator[tuple[int, bytes]]:
    """Lines of JSON within MAX_BATCH and MAX_BODY, and how many reports are in them."""
    lines: list[bytes] = []
    size = 0
    for report in reports:
        line = json.encode(report)
        if lines and (len(lines) == MAX_BATCH or size + len(line) >= MAX_BODY):
            yield len(lines), b"\n".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield len(lines), b"\n".join(lines)


def _reason(answer: httpx.Response) -> str:
    """The words of a Problem Details answer, or else its status."""
    status = f"{answer.status_code} {answer.reason_phrase}".strip()
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return status
    return f"{status}: {str(detail)[:300]}"
