"""What a part of a page shows, pixel by pixel."""

import base64

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

# The browser reads its own picture, so that no library is needed for it.
READ = """async png => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + png;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return [...context.getImageData(0, 0, image.width, image.height).data];
}"""


def pixels(page: Page, left: float, top: float, width: float, height: float) -> NDArray[np.int_]:
    """A row of red, green and blue for each pixel, line by line from the top left."""
    png = page.screenshot(clip={"x": left, "y": top, "width": width, "height": height})
    data: list[int] = page.evaluate(READ, base64.b64encode(png).decode())
    return np.array(data).reshape(-1, 4)[:, :3]


def is_shown(seen: NDArray[np.int_], colour: tuple[int, int, int], within: float = 30) -> bool:
    """Whether any of these pixels is of nearly this colour."""
    return bool((np.linalg.norm(seen - np.array(colour), axis=1) < within).any())
