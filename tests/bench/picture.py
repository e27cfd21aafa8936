"""Small pictures of figures, as SVG: bars of a run, lines over time."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, ROW, LEFT, RIGHT = 760, 22, 300, 90
HEIGHT, PADDING = 150, 34
COLOURS = ("#1b6ac9", "#c2560c", "#2f7d32", "#7b3fa0", "#6b6b6b")
STYLE = "<style>text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600}.rule{stroke:#ccc}</style>"


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """One bar a value, the longest as wide as there is room."""
    most = max(values.values(), default=0) or 1
    drawn = [f'<text class="title" x="8" y="18">{escape(title)}</text>']
    for place, (name, value) in enumerate(values.items()):
        top = 30 + place * ROW
        drawn += [
            f'<text x="8" y="{top + 14}">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top + 3}" width="{_scaled(value, most)}" height="{ROW - 7}" fill="{COLOURS[0]}"/>',
            f'<text x="{LEFT + _scaled(value, most) + 6}" y="{top + 14}">{value:g} {escape(unit)}</text>',
        ]
    return _picture(drawn, 40 + len(values) * ROW)


def lines(title: str, panels: Mapping[str, Mapping[str, Sequence[float]]], seconds: Sequence[float]) -> str:
    """A panel for each quantity, with a line for each of its series over the same moments."""
    drawn = [f'<text class="title" x="8" y="18">{escape(title)}, {seconds[-1]:.0f} s</text>']
    for place, (name, series) in enumerate(panels.items()):
        drawn += _panel(name, series, seconds, 30 + place * (HEIGHT + PADDING))
    return _picture(drawn, 40 + len(panels) * (HEIGHT + PADDING))


def stacked(*pictures: str) -> str:
    """Pictures one below the other, as one."""
    drawn, top = [], 0
    for picture in pictures:
        drawn.append(picture.replace("<svg ", f'<svg y="{top}" ', 1))
        top += int(picture.split('height="', 1)[1].split('"', 1)[0])
    return _picture(drawn, top)


def _panel(name: str, series: Mapping[str, Sequence[float]], seconds: Sequence[float], top: int) -> list[str]:
    most = max((max(values) for values in series.values()), default=0) or 1
    bottom = top + HEIGHT
    drawn = [
        f'<line class="rule" x1="60" x2="{WIDTH - 10}" y1="{bottom}" y2="{bottom}"/>',
        f'<text x="8" y="{top + 12}">{most:g}</text><text x="8" y="{bottom}">0</text>',
        f'<text x="60" y="{bottom + 16}">{escape(name)}: {escape(", ".join(series))}</text>',
    ]
    for colour, values in zip(COLOURS, series.values(), strict=False):
        points = " ".join(
            f"{60 + (WIDTH - 70) * at / (seconds[-1] or 1):.1f},{bottom - (HEIGHT - 10) * value / most:.1f}"
            for at, value in zip(seconds, values, strict=True)
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    return drawn


def _scaled(value: float, most: float) -> float:
    return round((WIDTH - LEFT - RIGHT) * value / most, 1)


def _picture(drawn: Sequence[str], height: int) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
    return f'{head}{STYLE}<rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>\n'
