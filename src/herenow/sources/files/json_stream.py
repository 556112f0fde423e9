"""JSON values read one after another from a file that is not held whole."""

import codecs
import json
import re
from typing import IO

CHUNK = 256 * 1024  # bytes read at once

_SPACE = re.compile(r"[ \t\n\r]*")


class JsonStream:
    """A cursor in a file. Holds the value that it is at, which is at most `longest` characters, and a few chunks.

    What is not UTF-8 becomes halves of surrogate pairs, which no right text holds: only those values are wrong.
    Every method raises ValueError where there is something else than expected, or too long a value.
    """

    def __init__(self, file: IO[bytes], longest: int) -> None:
        self._file = file
        self._longest = longest
        self._text = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._decode = json.JSONDecoder().raw_decode
        self._held = ""
        self._at = 0
        self._whole = False  # nothing comes after what is held

    def peek(self) -> str:
        """The next character that is not space; nothing at the end."""
        while True:
            space = _SPACE.match(self._held, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._held) or self._whole:
                return self._held[self._at : self._at + 1]
            self._more(CHUNK)

    def skip(self, expected: str) -> bool:
        """Whether the next character is this one; then it is passed."""
        if self.peek() != expected:
            return False
        self._at += 1
        return True

    def expect(self, expected: str) -> None:
        got = self.peek()
        if not self.skip(expected):
            raise ValueError(f"expected {expected!r}, got {got!r}" if got else f"expected {expected!r}, got the end")

    def value(self) -> object:
        """The next value. Numbers may be NaN or infinite, as many writers have it; text may hold halves of pairs."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._held, self._at)
            except RecursionError as error:
                raise ValueError("expected JSON that is not nested so deep") from error
            except ValueError:
                if self._whole:
                    raise
            else:
                if end + 2 < len(self._held) or self._whole:  # else "1e+" may still become 1e+5
                    self._at = end
                    return value
            held = len(self._held) - self._at
            if held > self._longest:
                raise ValueError(f"expected values of at most {self._longest} characters, or else this is no JSON")
            self._more(max(CHUNK, held))

    def _more(self, size: int) -> None:
        read = self._file.read(size)
        self._whole = not read
        self._held = self._held[self._at :] + self._text(read, self._whole)
        self._at = 0
