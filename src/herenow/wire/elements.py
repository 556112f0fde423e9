"""The elements of a JSON array, taken apart in time that is bounded whatever the array holds."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence

import msgspec

from herenow.errors import BadRequest, TooLarge
from herenow.model.report import MAX_BATCH
from herenow.wire.json_object import MALFORMED

COUNTED = 100_000  # elements that are counted where they are too many; one takes 0.1 µs

_ABSENT = msgspec.Raw()
# Further elements are passed over, which takes a tenth of the time of making an object for each.
_first = msgspec.json.Decoder(
    msgspec.defstruct(
        "FirstElements",
        [(f"element{number}", msgspec.Raw, _ABSENT) for number in range(MAX_BATCH + 1)],
        array_like=True,
        gc=False,
    )
)
_all = msgspec.json.Decoder(list[msgspec.Raw])
_BETWEEN = re.compile(rb"[ \t\r\n,]*")


def split_array(body: bytes, most: int) -> Generator[None, None, Iterable[bytes | msgspec.Raw]]:
    """The elements of an array of up to `most`, with pauses. They are not decoded yet, and may be wrong.

    Raises BadRequest where it is no JSON, TooLarge where there are more.
    """
    try:
        return (yield from _elements(body, most))
    except MALFORMED as error:
        return (yield from _leniently(body, error, most))


def _leniently(body: bytes, error: Exception, most: int) -> Generator[None, None, Iterator[bytes]]:
    """The elements of an array that holds NaN or Infinity, which many writers emit and JSON does not know. Numbers of
    the same length in their place show where elements begin and end."""
    yield
    finite = body.replace(b"NaN", b"100")
    yield
    finite = finite.replace(b"Infinity", b"10000000")
    yield
    try:
        raws = yield from _elements(finite, most)
    except MALFORMED:
        raise BadRequest(f"expected JSON: {error}") from error
    return _as_written(raws, body)


def _elements(body: bytes, most: int) -> Generator[None, None, Sequence[msgspec.Raw]]:
    found = first_elements(body)
    if len(found) <= most:
        return found
    yield
    few = len(found) <= MAX_BATCH or body.count(b",") < COUNTED
    raise too_many(most, len(_all.decode(body)) if few else None)


def first_elements(body: bytes) -> Sequence[msgspec.Raw]:
    """Up to MAX_BATCH of an array, and one more where it has more."""
    found: Sequence[msgspec.Raw] = msgspec.structs.astuple(_first.decode(body))
    if found[-1] is not _ABSENT:
        return found
    return found[: next(index for index, raw in enumerate(found) if raw is _ABSENT)]


def _as_written(raws: Iterable[msgspec.Raw], body: bytes) -> Iterator[bytes]:
    """What is in `body` in the place of each element; `body` begins with a bracket."""
    end = 1
    for raw in raws:
        between = _BETWEEN.match(body, end)
        start = between.end() if between else end
        end = start + len(memoryview(raw))
        yield body[start:end]


def too_many(most: int, count: int | None) -> TooLarge:
    got = "more" if count is None else count
    return TooLarge(f"expected at most {most} positions in one request, got {got}; send them in parts")
