"""The command `herenow`."""

import sys

from herenow.cli import backups, checking, keeping, processes, transfers
from herenow.cli.app import app, note
from herenow.errors import HerenowError

__all__ = ["backups", "checking", "keeping", "main", "processes", "transfers"]  # which hold the commands

EXIT_WRONG = 2  # the command cannot be done; the line on standard error has the reason
EXIT_INTERRUPTED = 130


def main() -> None:
    """Ends with 0, or with 2 and one line on standard error, or with 130 after Ctrl-C."""
    try:
        app()
    except HerenowError as error:
        note.print(f"herenow: {error}", markup=False)
        sys.exit(EXIT_WRONG)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
