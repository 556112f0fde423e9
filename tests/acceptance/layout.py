"""What lies wrong on a page: parts that are covered, that stick out of the screen, or whose text is cut off."""

from playwright.sync_api import Page

# What is scrolled out of view is not wrong, nor what an open dialog covers, or a sheet that was drawn up over the map.
LOOK = """() => {
  const faults = [];
  const name = one => (one.getAttribute('aria-label') || one.innerText || one.className).trim().slice(0, 60);
  const seen = element => {
    const {width, height} = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({opacityProperty: false, visibilityProperty: true})
      && !element.closest('.hidden, [inert]');
  };
  const clipped = element => {
    const {left, right, top, bottom} = element.getBoundingClientRect();
    let [west, east, north, south] = [left, right, top, bottom];
    let scrolled = false;
    for (let around = element.parentElement; around; around = around.parentElement) {
      const {overflowX, overflowY, textOverflow} = getComputedStyle(around);
      if (around === document.body || (overflowX === 'visible' && overflowY === 'visible')) continue;
      const box = around.getBoundingClientRect();
      [west, east] = [Math.max(west, box.left), Math.min(east, box.right)];
      [north, south] = [Math.max(north, box.top), Math.min(south, box.bottom)];
      scrolled ||= ['auto', 'scroll'].includes(overflowX) || textOverflow === 'ellipsis';
      if (['auto', 'scroll'].includes(overflowX) || ['auto', 'scroll'].includes(overflowY)) {
        if (east - west < (right - left) / 2 || south - north < (bottom - top) / 2) return null;
      }
    }
    return {west, east, north, south, scrolled};
  };
  const dialog = document.querySelector('dialog[open]:modal');
  const within = dialog || document.body;
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page is wider than the screen');
  for (const element of within.querySelectorAll('button, a[href], input, summary, select, [role=slider], [role=tab]')) {
    if (!seen(element) || element.closest('.skip-link')) continue;
    const box = clipped(element);
    if (!box) continue;
    const [x, y] = [(box.west + box.east) / 2, (box.north + box.south) / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
      faults.push(`'${name(element)}' lies outside of the screen`);
      continue;
    }
    const over = document.elementFromPoint(x, y);
    const sheet = over?.closest('.sheet:not([data-stop=peek])');
    if (sheet && !sheet.contains(element)) continue;
    const label = element.closest('label');
    if (over && (element.contains(over) || over.contains(element) && over === label || label?.contains(over))) continue;
    faults.push(`'${name(element)}' is covered by '${over?.className || over?.tagName}'`);
  }
  for (const element of within.querySelectorAll('*')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !seen(element) || element instanceof SVGElement) continue;
    const style = getComputedStyle(element);
    const hides = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll';
    if (hides && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
      faults.push(`the text '${name(element)}' is cut off`);
    const box = clipped(element);
    const {left, right} = element.getBoundingClientRect();
    if (box && !box.scrolled && (right > innerWidth + 1 || left < -1))
      faults.push(`the text '${name(element)}' leaves the screen`);
  }
  return [...new Set(faults)];
}"""


def layout_faults(page: Page) -> list[str]:
    found: list[str] = page.evaluate(LOOK)
    return found
