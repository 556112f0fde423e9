"""A TCP connection that a test can harm: between a client and a server, both on this machine."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

CHUNK = 1 << 16
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST and drops what was not sent


class Proxy:
    """Forwards every connection to `target`, which may be changed for the connections to come."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self.accepted = 0  # connections so far
        self.instead: tuple[bytes, bytes] | None = None  # of the first, which clients say, the server hears the second
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._muted = False
        self._open: set[asyncio.StreamWriter] = set()  # both ends of each connection
        self._clients: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """Connections at this moment."""
        return len(self._open) // 2

    async def accept(self) -> None:
        """Takes connections, always at the same port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """New connections are refused; those that are open go on."""
        if self._server:
            self._server.close()

    def cut(self) -> None:
        """Resets all connections, as a router that lost its state."""
        for writer in self._open:
            if not writer.transport.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()

    def say(self, data: bytes) -> None:
        """Sends to every client what no server sent, between two pieces of what it does send."""
        for client in self._clients:
            client.write(data)

    def freeze(self) -> None:
        """Forwards nothing any more, on new connections either; all stay open, as behind a broken network."""
        self._flowing.clear()

    def mute(self) -> None:
        """Drops what the server says. A connection that missed something stays mute after the thaw."""
        self._muted = True

    def thaw(self) -> None:
        self._muted = False
        self._flowing.set()

    async def close(self) -> None:
        self.refuse()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
            writers.append(far_writer)
            self._open |= {*writers}
            self._clients.add(writer)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, far_writer, answers=False))
                tasks.create_task(self._pump(far_reader, writer, answers=True))
        except* OSError:
            pass
        finally:
            self._open -= {*writers}
            self._clients.discard(writer)
            for one in writers:
                one.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        missed = False
        while data := await reader.read(CHUNK):
            await self._flowing.wait()
            if self.instead and not answers:
                data = data.replace(*self.instead)
            missed = missed or (answers and self._muted)
            if not missed:
                writer.write(data)
                await writer.drain()
        raise ConnectionResetError  # the other direction ends, too


@contextlib.asynccontextmanager
async def open_proxy(host: str, port: int) -> AsyncIterator[Proxy]:
    proxy = Proxy((host, port))
    await proxy.accept()
    try:
        yield proxy
    finally:
        await proxy.close()
