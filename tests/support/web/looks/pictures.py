"""Pictures of pages, a quarter of their size and with few colours: small, and alike on machines with the same fonts."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

SCALE: Final = 0.5
"""Of a screenshot: a quarter of the work."""
HALF: Final = 2
SHADES: Final = 16
"""Of each colour."""
GAP: Final = 4
GROUND: Final = (127, 127, 127)
NOTICED: Final = 48
"""How much a colour of a pixel must change, of 255: an edge that is drawn a little differently is no change."""
FEW: Final = 8
"""Pixels that may differ all the same; each is of 16 of the page."""


def small(screenshots: Sequence[bytes]) -> Image.Image:
    """The screenshots side by side."""
    parts = [Image.open(BytesIO(shot)).convert("RGB").reduce(HALF) for shot in screenshots]
    width = sum(part.width for part in parts) + GAP * (len(parts) - 1)
    sheet, left = Image.new("RGB", (width, max(part.height for part in parts)), GROUND), 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + GAP
    return sheet.point(lambda value: value // SHADES * (255 // (SHADES - 1)))


def changed(before: Image.Image, now: Image.Image) -> int:
    """How many pixels differ by what can be noticed; all of them where the sizes do."""
    if before.size != now.size:
        return max(before.width * before.height, now.width * now.height)
    red, green, blue = ImageChops.difference(before.convert("RGB"), now).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(most.histogram()[NOTICED + 1 :])


def save(picture: Image.Image, path: Path) -> None:
    """Write it, as small as it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(256).save(path, optimize=True)
