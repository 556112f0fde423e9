"""What does Lighthouse say of the web client?

    python -m benchmarks.lighthouse

A real server with a fleet of 1,000, and the page with `?pause`: one that never rests confuses what waits for rest. As a
desktop browser. npm brings the version that is named here into its own cache, and not into the project: with all that
it needs it is five times as large as everything that builds the client.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.acceptance.browser import FLAGS, chromium

from benchmarks.browser import CITY, fleet
from benchmarks.server import machine, server

VERSION = "12.8.2"
GATES = {"accessibility": 100, "best-practices": 95, "performance": 90}


def judged(url: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        path = Path(folder) / "report.json"
        npm = ["npm", "exec", "--yes", "--ignore-scripts", f"--package=lighthouse@{VERSION}", "--"]
        flags = f"--chrome-flags=--headless=new {' '.join(FLAGS)}"
        only = f"--only-categories={','.join(GATES)}"
        command = [*npm, "lighthouse", url, "--preset=desktop", "--output=json", f"--output-path={path}", only, flags]
        bin_folder = str(Path(sys.executable).parent)
        environment = {**os.environ, "CHROME_PATH": chromium(), "PATH": f"{bin_folder}:{os.environ['PATH']}"}
        subprocess.run([*command, "--quiet"], check=True, env=environment, stdout=subprocess.DEVNULL)
        report: dict[str, Any] = json.loads(path.read_text())
    return report


def main() -> None:
    with server() as target:
        with fleet(target.port, 1000, 2):
            time.sleep(10)  # until all have reported
        report = judged(f"http://127.0.0.1:{target.port}/?pause{CITY}")
    print(f"{machine()}; Lighthouse {VERSION}\n\n| category | score | gate |\n| --- | --: | --: |")
    for name, gate in GATES.items():
        print(f"| {name} | {report['categories'][name]['score'] * 100:.0f} | {gate} |")
    print("\nShort of the full score:\n")
    for category in report["categories"].values():
        for audit in (report["audits"][ref["id"]] for ref in category["auditRefs"] if ref["weight"]):
            if audit["score"] is not None and audit["score"] < 1:
                print(f"- {category['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip())


if __name__ == "__main__":
    main()
