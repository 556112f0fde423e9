"""A client of the live wire for Python programs: receives positions and reports them, over one socket that
reconnects.

    async with Live("http://127.0.0.1:8000", box=(-98.0, 30.1, -97.4, 30.6), zoom=10) as live:
        async for change in live:
            print(len(change.positions), len(live.positions))
"""

from herenow.client.change import Change
from herenow.client.live import Live
from herenow.model.geo.box import Box
from herenow.model.report import Receipt, Rejection, Report
from herenow.wire.json import LivePosition as LivePosition

__all__ = ["Box", "Change", "Live", "LivePosition", "Receipt", "Rejection", "Report"]
