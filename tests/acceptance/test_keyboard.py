"""A journey without a mouse: what has the focus is always seen, and all that matters is reached."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.watched import Watched
from tests.support.server import Server

# What has the focus, where it is, and whether it is seen to have it. A radio button is drawn by what stands beside it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const outlined = one => {
    const {outlineStyle, outlineWidth} = one ? getComputedStyle(one) : {outlineStyle: 'none'};
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  };
  const ring = [element, element.nextElementSibling, element.parentElement].find(outlined);
  const {left, top, right, bottom} = element.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const over = document.elementFromPoint(x, y);
  const own = element.closest('label') ?? element;
  const uncovered = over && (own.contains(over) || over.contains(element));
  return {
    name: element.getAttribute('aria-label') || element.innerText || element.closest('label')?.innerText || element.id,
    role: element.getAttribute('role') || element.type || element.tagName.toLowerCase(),
    ring: Boolean(ring),
    uncovered: Boolean(uncovered),
    within: x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight,
    place: [element.tagName, Math.round(left), Math.round(top)].join(' '),
  };
}"""
ROUND = 120  # more stops than the page has


def focused(page: Page) -> dict[str, Any] | None:
    page.wait_for_timeout(60)
    found: dict[str, Any] | None = page.evaluate(FOCUSED)
    return found


def tab_to(page: Page, name: str) -> None:
    """By Tab alone; each stop on the way is seen."""
    for _ in range(ROUND):
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop is None:
            continue  # the browser's own part of the round
        assert stop["ring"], f"it is seen that {stop} has the focus"
        assert stop["uncovered"], f"{stop} is not covered"
        assert stop["within"], f"{stop} is on the screen"
        if name.lower() in str(stop["name"]).lower():
            return
    raise AssertionError(f"Tab never reaches '{name}'")


def test_a_device_is_found_followed_filtered_replayed_and_left_by_keys_alone(watched: Watched, parked: Server) -> None:
    watched.open(parked)
    watched.until("() => window.herenow.devices().length > 10")
    page, keyboard = watched.page, watched.page.keyboard
    wanted = "parked-3"

    tab_to(page, "Skip to the map")
    keyboard.press("Enter")
    assert focused(page)["role"] == "application"  # type: ignore[index]
    before = page.evaluate("() => location.hash")
    keyboard.press("ArrowRight")
    keyboard.press("+")
    watched.until("before => location.hash !== before", argument=before)

    keyboard.press("/")
    keyboard.type(wanted)
    expect(page.get_by_role("option")).to_have_count(1)
    tab_to(page, "Devices")
    while focused(page)["role"] != "listbox":  # type: ignore[index]
        tab_to(page, "Devices")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(page.get_by_role("region", name="Device", exact=True)).to_contain_text(wanted)

    keyboard.press("f")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    keyboard.press("Escape")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")
    keyboard.press("Escape")
    expect(page.get_by_role("region", name="Overview", exact=True)).to_be_visible()
    keyboard.press("Escape")
    expect(page.get_by_role("option")).not_to_have_count(1)

    tab_to(page, "moving")
    keyboard.press("Space")
    expect(page.get_by_role("button", name="moving").first).to_have_attribute("aria-pressed", "true")
    keyboard.press("Space")

    tab_to(page, "Live")
    keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Visible time")).to_be_visible()
    tab_to(page, "Visible time")
    shown = page.get_by_role("slider", name="Visible time").get_attribute("aria-valuetext")
    keyboard.press("ArrowLeft")
    expect(page.get_by_role("slider", name="Visible time")).not_to_have_attribute("aria-valuetext", shown or "")
    keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    tab_to(page, "Replay")
    keyboard.press("ArrowLeft")
    expect(page.get_by_role("slider", name="Visible time")).to_have_count(0)


def test_the_help_takes_the_focus_and_gives_it_back(watched: Watched, parked: Server) -> None:
    watched.open(parked)
    page = watched.page
    tab_to(page, "Help and keyboard shortcuts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert focused(page)["name"] == "Close"  # type: ignore[index]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert "Help" in focused(page)["name"]  # type: ignore[index]
