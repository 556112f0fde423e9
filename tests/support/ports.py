"""TCP ports for servers of tests, each given to one test worker alone."""

import itertools
import os
import random
import re
import socket
from collections.abc import Iterator

# Below the ports that the system gives to outgoing connections: one of those may take the port of a server that
# was killed before it is started again.
FIRST, LAST = 10_000, 32_000
WORKERS = 11  # shares of the range; a process that is no worker takes the last


def free_port(*addresses: str) -> int:
    """A TCP port that is free on each of the addresses (127.0.0.1 without any) now, and that this process gave to
    nobody before. Raises OSError when all ports of this worker are in use."""
    for _ in range(_SHARE):
        port = next(_candidates)
        if not any(taken(address, port) for address in addresses or ("127.0.0.1",)):
            return port
    raise OSError(f"all TCP ports from {_begin} to {_begin + _SHARE - 1} are in use; end what listens on them")


def taken(address: str, port: int) -> bool:
    try:
        socket.create_server((address, port)).close()
    except OSError:
        return True
    return False


def _share_of_this_worker() -> int:
    found = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    return int(found[1]) % (WORKERS - 1) if found else WORKERS - 1


def _from(start: int) -> Iterator[int]:
    return (_begin + (start + step) % _SHARE for step in itertools.count())


_SHARE = (LAST - FIRST) // WORKERS
_begin = FIRST + _share_of_this_worker() * _SHARE
_candidates = _from(random.SystemRandom().randrange(_SHARE))
