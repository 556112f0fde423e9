"""Tiles by the formula of the OpenStreetMap wiki ("Slippy map tilenames"), in plain Python, not numpy."""

import math

NORTHMOST = 85.0511287798066  # degrees


def column_and_row(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    side = 2**zoom
    phi = math.radians(max(-NORTHMOST, min(NORTHMOST, latitude)))
    row = int((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * side)
    return min(side - 1, int((longitude + 180) / 360 * side)), min(side - 1, max(0, row))
