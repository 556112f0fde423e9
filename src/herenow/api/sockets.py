"""uvicorn's WebSocket protocol, which also hands its transport to the route."""

import asyncio
from socket import SO_SNDBUF, SOL_SOCKET
from typing import cast

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

SEND_BUFFER = 128 * 1024  # bytes
_TRANSPORT = "herenow.transport"


class SocketProtocol(WebSocketsSansIOProtocol):
    """ASGI has no word for how much a client has yet to read, nor for cutting it off."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            # What lies in the system's buffer is out of date before a slow viewer reads it, and hides its progress.
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[_TRANSPORT] = self.transport


def transport_of(socket: WebSocket) -> asyncio.Transport:
    transport: asyncio.Transport = socket.scope["extensions"][_TRANSPORT]
    return transport
