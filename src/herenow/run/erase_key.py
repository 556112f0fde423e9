"""The secret that erasing over HTTP needs. It is in a file that only the user of the server can read, so that
`herenow erase` can be run by that user on that machine, and no request from elsewhere can guess it."""

import contextlib
import getpass
import os
import secrets
import stat
import tempfile
from pathlib import Path
from zlib import crc32

from herenow.errors import SettingsError
from herenow.settings import Settings


def key_file(settings: Settings) -> Path:
    """Beside the file of an SQLite store; else one of this user and store, for all servers of the machine."""
    if settings.store.startswith("sqlite:"):
        return settings.store_path.with_name(settings.store_path.name + ".erase-key")
    name = f"herenow-{getpass.getuser()}-{crc32(settings.store.encode()):08x}.erase-key"
    return Path(tempfile.gettempdir()) / name


def make_key(file: Path) -> str:
    """The key in a file, which is made where there is none; twice changes nothing. Raises SettingsError where it cannot
    be made, or where others could have written or read it."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
                opened.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):  # another server was first
                os.link(draft, file)  # whole, or not at all
        except OSError as error:
            raise SettingsError(f"cannot make {file}: {error.strerror}; give its folder to this user") from error
        finally:
            draft.unlink(missing_ok=True)
    return read_key(file)


def read_key(file: Path) -> str:
    """Raises SettingsError where there is none, or none of this user alone."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW)) as opened:
            about = os.fstat(opened.fileno())
            key = opened.read(256).strip()
    except OSError as error:
        raise SettingsError(
            f"cannot read {file}: {error.strerror}; a server makes it when it starts: name that server's store with "
            "--store, and run this as that server's user on its machine"
        ) from error
    if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077 or len(key) < 32:
        raise SettingsError(
            f"{file}: expected a key that only this user can read and write; delete the file and restart the server"
        )
    return key
