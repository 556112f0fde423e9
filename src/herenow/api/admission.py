"""How many connections a server takes."""

import structlog

log = structlog.get_logger()


class Admission:
    """How many connections a server takes at a time: fewer than it has file descriptors for."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._full = False

    def admits(self, connections: int) -> bool:
        """Whether one more may stay, with which there are so many. Logs the first that may not, and again only after a
        tenth of them had left."""
        if connections <= self.most:
            self._full = self._full and connections > self.most * 0.9
            return True
        if not self._full:
            log.warning("too many connections; more are refused", most=self.most)
        self._full = True
        return False
