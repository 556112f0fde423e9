"""The Chromium that the tests use."""

import os
import shutil
from pathlib import Path

# Without a GPU and as root; the rest keeps the browser from looking for the world outside.
FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def chromium() -> str:
    """The path of the browser, from CHROMIUM or as installed."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "no Chromium: install the package 'chromium', or set CHROMIUM to its path"
    return found
