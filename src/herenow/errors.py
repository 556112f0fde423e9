"""What can go wrong, by whose fault it is.

HerenowError
├── BadRequest        the asker's: the words are wrong; asking again the same way fails again
│   └── TooLarge      the asker's: too much at once
├── Forbidden         the client's: it may not send this request
├── NotFound          the asker's: no such device
├── SettingsError     the operator's: a setting, a file or a folder
└── Unavailable       nobody's yet: the surroundings fail; asking again later may succeed
    ├── StoreUnavailable
    ├── BusUnavailable
    └── Busy              too much is being read at this moment
"""


class HerenowError(Exception):
    """Every error of Herenow's own; its text is fit to be shown to a user."""


class BadRequest(HerenowError):
    """The request is not understood; the text states what was expected and what came."""


class TooLarge(BadRequest):
    """What was sent is more than is taken at once."""


class Forbidden(HerenowError):
    """The asker may not do that; the text says who may."""


class NotFound(HerenowError):
    """The requested object does not exist."""


class SettingsError(HerenowError):
    """Herenow cannot run with these settings."""


class Unavailable(HerenowError):
    """A part that is needed does not answer; nothing was promised, so try again later."""


class StoreUnavailable(Unavailable):
    """The store could not read or write; of a write nothing is promised."""


class BusUnavailable(Unavailable):
    """The bus could not take positions, or not in time; nothing is promised."""


class Busy(Unavailable):
    """More is being sent at this moment than is held in memory at once."""
