"""Reads the frames of a WebSocket no further than a measurement needs."""

import re

MOST = 64 * 1024 * 1024  # bytes of one frame
TEXT, CLOSE = 1, 8

_STAMP = re.compile(rb'"timestamp":(\d+)')
_UPDATE = b'{"type":"update"'


class Frames:
    """Splits a stream into frames, wherever its chunks end. Holds one unfinished frame at most, of MOST bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self.closed = False  # the server sent a close frame

    def feed(self, data: bytes) -> list[bytes]:
        """The texts that are complete now. Raises ValueError where a frame is longer than MOST."""
        data, start, texts = self._rest + data, 0, []
        while (body := _body(data, start)) and (stop := body[0] + body[1]) <= len(data):
            opcode = data[start] & 0x0F
            if opcode == TEXT:
                texts.append(data[body[0] : stop])
            self.closed |= opcode == CLOSE
            start = stop
        self._rest = data[start:]
        return texts


def _body(data: bytes, start: int) -> tuple[int, int] | None:
    """The start and the length of the frame's content; None where its header is incomplete."""
    if len(data) < start + 2:
        return None
    length, begin = data[start + 1], start + 2
    if length >= 126:
        wide = 2 if length == 126 else 8
        if len(data) < begin + wide:
            return None
        length, begin = int.from_bytes(data[begin : begin + wide]), begin + wide
    if length > MOST:
        raise ValueError(f"a frame of {length} bytes")
    return begin, length


def stamps(text: bytes) -> list[int]:
    """The times of the positions in a text, in ms."""
    return [int(found) for found in _STAMP.findall(text)]


def is_update(text: bytes) -> bool:
    return text.startswith(_UPDATE)
