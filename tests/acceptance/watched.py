"""A page of the map that a test watches."""

from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.support.server import Server

BUS, SIMULATED = "capmetro-", "sim-"  # the fleets of the demo


class Watched:
    """A page, and all that it requested and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _request(self, request: Request) -> None:
        self.requested.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        # Taking a picture of the page makes the driver without a card wait, and say so.
        if message.type in ("error", "warning") and "GPU stall due to ReadPixels" not in message.text:
            self.complaints.append(message.text)

    def open(self, server: Server, path: str = "/") -> None:
        self.visit(server.url + path)

    def visit(self, url: str) -> None:
        self.page.goto(url)
        self.until("() => window.herenow !== undefined")

    def until(self, true: str, argument: object = None) -> None:
        self.page.wait_for_function(true, arg=argument)

    def ids(self, prefix: str) -> list[str]:
        found: list[str] = self.page.evaluate("() => window.herenow.devices()")
        return [device_id for device_id in found if device_id.startswith(prefix)]

    def places(self, ids: list[str]) -> dict[str, Any]:
        """Where markers are drawn at this moment."""
        drawn: dict[str, Any] = self.page.evaluate(
            "ids => Object.fromEntries(ids.map(id => [id, window.herenow.shown(id)]))", ids
        )
        return {device_id: place for device_id, place in drawn.items() if place}

    def marks(self) -> list[dict[str, Any]]:
        """What the history layer draws: `pixel` of the map, and `count`, None for a position that is drawn itself."""
        marks: list[dict[str, Any]] = self.page.evaluate("() => window.herenow.historyMarks()")
        return marks

    def mark(self, condition: str) -> dict[str, Any]:
        """One that no card covers, once the map rests; on its `count`."""
        found = "window.herenow.historyMarks().filter(({count, pixel: [x, y]}) => "
        found += f"x > 80 && x < 600 && y > 100 && y < 550 && {condition})"
        self.page.wait_for_timeout(1000)
        self.until(f"() => {found}.length > 0")
        mark: dict[str, Any] = self.page.evaluate(f"() => {found}.sort((a, b) => a.count - b.count)[0]")
        return mark

    def click(self, mark: dict[str, Any]) -> None:
        x, y = mark["pixel"]
        self.page.get_by_role("application").click(position={"x": x, "y": y})

    def wait_for_fleets(self) -> None:
        for prefix in (BUS, SIMULATED):
            self.until("prefix => window.herenow.devices().filter(id => id.startsWith(prefix)).length > 50", prefix)
