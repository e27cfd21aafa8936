"""An organisation's colour, made readable: contrast by WCAG 2.2 (1.4.3 for text, 1.4.11 for controls)."""

import colorsys
from dataclasses import dataclass
from typing import Final

Rgb = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

TEXT_CONTRAST: Final = 4.6
"""Slightly above 4.5, so that rounding to 8 bits never falls below it."""
CONTROL_CONTRAST: Final = 3.1
STEPS: Final = 200
WHITE: Final = "#ffffff"
BLACK: Final = "#0b1118"


@dataclass(frozen=True)
class Accent:
    """The colour as the ground of a button, the text on it, and as text."""

    fill: str
    on_fill: str
    text: str


def accent_on(colour: str, grounds: tuple[str, ...]) -> Accent:
    """The colour, as close to the organisation's as contrast on all of `grounds` allows."""
    fill = _readable(colour, grounds, CONTROL_CONTRAST)
    on_fill = max((WHITE, BLACK), key=lambda text: contrast(text, fill))
    if contrast(WHITE, fill) >= TEXT_CONTRAST:
        on_fill = WHITE
    return Accent(fill=fill, on_fill=on_fill, text=_readable(colour, grounds, TEXT_CONTRAST))


def contrast(left: str, right: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    high, low = sorted((_luminance(_parse(left)), _luminance(_parse(right))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _readable(colour: str, grounds: tuple[str, ...], wanted: float) -> str:
    """Hue kept; lightness moved away from the grounds until the contrast is reached on each."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parse(colour))
    dark_grounds = max(_luminance(_parse(ground)) for ground in grounds) < 0.18
    limit = 1.0 if dark_grounds else 0.0
    for step in range(STEPS + 1):
        moved = lightness + (limit - lightness) * step / STEPS
        candidate = _format(colorsys.hls_to_rgb(hue, moved, saturation))
        if all(contrast(candidate, ground) >= wanted for ground in grounds):
            return candidate
    return WHITE if dark_grounds else BLACK


def _luminance(colour: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parse(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _format(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
