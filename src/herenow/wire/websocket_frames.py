"""What stands around a message on a WebSocket (RFC 6455, section 5.2): a server's frames have no mask, so one frame
serves every viewer."""

TEXT, BINARY = 0x81, 0x82  # whole messages
PING = b"\x89\x00"


def head(opcode: int, length: int) -> bytes:
    """What a frame of so many bytes begins with."""
    if length < 126:
        return bytes((opcode, length))
    if length < 65_536:
        return bytes((opcode, 126)) + length.to_bytes(2)
    return bytes((opcode, 127)) + length.to_bytes(8)


def text(content: bytes) -> bytes:
    """A whole text message."""
    return head(TEXT, len(content)) + content
