"""The Chromium that the tests use."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, ViewportSize

from tests.support.dose import LONG
from tests.support.patience import PATIENCE

# Without a GPU and as root; the rest keeps the browser from looking for the world outside.
FLAGS = [
    "--no-sandbox",
    "--num-raster-threads=1",  # several would share what few cores there are
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


SCREENS: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}


@contextmanager
def launched(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """A browser of its own, whose pages are as patient as tests are."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
    browser.on("context", lambda context: context.set_default_timeout(PATIENCE * 1000))
    yield browser
    browser.close()


def chromium() -> str:
    """The path of the browser, from CHROMIUM or as installed. The headless shell is the same browser without its own
    menus and tabs, which take as much of the processor as a page does; full doses run in the whole browser."""
    names = ["chromium"] if LONG else ["chromium-headless-shell", "chromium"]
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, f"no Chromium: install the package '{names[0]}', or set CHROMIUM to its path"
    return found
