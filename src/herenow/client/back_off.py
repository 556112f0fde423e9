"""How long to wait: before trying again, and before saying more."""

from collections.abc import Callable

from herenow.errors import Unavailable

FIRST_CEILING = 0.5  # s
LAST_CEILING = 15.0  # s
LONGEST = 60.0  # s, whatever a server asks for
MESSAGES_A_SECOND, BURST = 18, 90  # a server closes the socket with 4429 at more than 20, beyond 100
STEADY = 5.0  # s a link must have lasted before its loss counts as a first failure


class ConnectionLost(Unavailable):
    """A link ended, or was never made; another may be."""

    def __init__(self, text: str, *, wait: float | None = None, ceiling: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait  # s, where the server says it
        self.ceiling = ceiling  # s, where the way in which it ended says it


class BackOff:
    """Full jitter: any time up to a ceiling that doubles with each failure, drawn for each try."""

    def __init__(self, random: Callable[[], float]) -> None:
        """`random` draws from 0 to 1."""
        self._random = random
        self._failures = 0

    def after(self, error: Unavailable, lasted: float) -> float:
        """Seconds to wait after a link that lasted so many seconds, 0 for one that was never made."""
        self._failures = 1 if lasted > STEADY else self._failures + 1
        if isinstance(error, ConnectionLost) and error.wait is not None:
            return min(LONGEST, error.wait)
        if isinstance(error, ConnectionLost) and error.ceiling is not None:
            return error.ceiling * self._random()
        return min(LAST_CEILING, FIRST_CEILING * 2.0 ** min(self._failures - 1, 10)) * self._random()


class Pace:
    """How fast one link may say something: at once, until a burst is used up."""

    def __init__(self, moment: float) -> None:
        """`moment` is now, in s of any clock; so it is below."""
        self._credit = float(BURST)
        self._moment = moment

    def wait(self, moment: float) -> float:
        """Seconds to wait before the next message, which counts as sent."""
        self._credit = min(BURST, self._credit + (moment - self._moment) * MESSAGES_A_SECOND) - 1
        self._moment = moment
        return max(0.0, -self._credit / MESSAGES_A_SECOND)
