"""From sampled stacks to a flame graph and to shares: which part of the code was at work, and on whose behalf."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Self

WIDTH, ROW = 1200, 16
SMALLEST = 0.002
"""Of all samples; what is less is not drawn."""
LETTER = 6.2
"""Pixels of a letter at the size of the text."""
FRAME = re.compile(r"^(?P<name>.*) \((?P<file>[^()]*?)(?::\d+)?\)$")
LAYERS: Mapping[str, tuple[str, ...]] = {
    "database driver": ("pymongo/", "bson/", "concurrent/futures/"),
    "Kafka client": ("aiokafka/", "kafka/", "faststream/"),
    "HTTP": ("uvicorn/", "starlette/", "fastapi/", "httptools/"),
    "pydantic": ("pydantic/", "pydantic_core/"),
    "logs": ("structlog/", "logging/"),
    "signatures": ("joserfc/", "cryptography/"),
    "our code": ("services/", "schemas/"),
    "event loop": ("asyncio/runners.py",),
}
COLOURS = ("#4f9d69", "#d98b3a", "#5a8bd0", "#b0679f", "#a3a04a", "#7d7d7d", "#d0604f", "#4aa3a3", "#b5b5b5")

Stacks = Mapping[tuple[str, ...], int]
"""Samples by stack; a stack goes from the outermost frame to the innermost, each as `function file`."""


@dataclass
class Frame:
    """A function on a stack, with all that it called."""

    name: str
    samples: int = 0
    calls: dict[str, "Frame"] = field(default_factory=dict)

    @classmethod
    def of(cls, stacks: Stacks) -> Self:
        """The root of all stacks."""
        root = cls("all")
        for stack, samples in stacks.items():
            root.samples += samples
            at: Frame = root
            for name in stack:
                at = at.calls.setdefault(name, Frame(name))
                at.samples += samples
        return root


def read_stacks(text: str) -> Stacks:
    """What `py-spy record --format raw` wrote: frames with `;` between them, a blank, the number of samples."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in text.splitlines():
        frames, _, samples = line.rpartition(" ")
        found[tuple(map(_short, frames.split(";")))] += int(samples)
    return found


def shares(stacks: Stacks) -> dict[str, float]:
    """Percent of the samples by the layer whose function was at work, or for which the standard library was."""
    found: Counter[str] = Counter()
    for stack, samples in stacks.items():
        found[next((layer for name in reversed(stack) if (layer := _layer(name))), "rest")] += samples
    total = sum(found.values()) or 1
    return {layer: round(100 * found[layer] / total, 1) for layer in (*LAYERS, "rest")}


def flame_graph(title: str, stacks: Stacks) -> str:
    """An SVG: as wide as often as it was on the stack, below it what it called. Pointing at a frame shows all of it."""
    root = Frame.of(stacks)
    drawn, deepest = [], 0
    for frame, depth, left in _placed(root, 0, 0.0, root.samples or 1):
        deepest = max(deepest, depth)
        drawn.append(_drawn(frame, depth, left, root.samples or 1))
    height = 60 + (deepest + 1) * ROW
    legend = "".join(
        f'<text x="{8 + at * 128}" y="36" style="fill:{COLOURS[at]}">■ {escape(layer)}</text>'
        for at, layer in enumerate((*LAYERS, "rest"))
    )
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}">',
            "<style>text{font:11px system-ui,sans-serif;fill:#111}</style>",
            f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="18">{escape(title)}</text>',
            f"{legend}{''.join(drawn)}</svg>\n",
        )
    )


def _placed(frame: Frame, depth: int, left: float, total: int) -> Iterator[tuple[Frame, int, float]]:
    yield frame, depth, left
    for call in sorted(frame.calls.values(), key=lambda found: -found.samples):
        if call.samples / total >= SMALLEST:
            yield from _placed(call, depth + 1, left, total)
            left += call.samples / total


def _drawn(frame: Frame, depth: int, left: float, total: int) -> str:
    width, top = frame.samples / total * WIDTH, 46 + depth * ROW
    said = f"{frame.name}: {100 * frame.samples / total:.1f} %"
    shown = escape(frame.name.partition(" ")[0][: int((width - 4) / LETTER)]) if width > 4 * LETTER else ""
    colour = COLOURS[(*LAYERS, "rest").index(_layer(frame.name) or "rest")]
    place = f'x="{left * WIDTH:.1f}" y="{top}" width="{max(width - 0.5, 0.3):.1f}" height="{ROW - 1}"'
    box = f'<rect {place} fill="{colour}" fill-opacity="0.7"/>'
    text = f'<text x="{left * WIDTH + 2:.1f}" y="{top + 11}">{shown}</text>' if shown else ""
    return f"<g><title>{escape(said)}</title>{box}{text}</g>"


def _short(frame: str) -> str:
    """Function and file, without the line, and without where the machine keeps its packages."""
    found = FRAME.match(frame)
    if found is None:
        return frame
    return f"{found['name']} {found['file'].rpartition('site-packages/')[2]}"


def _layer(name: str) -> str | None:
    file = name.rpartition(" ")[2]
    return next((layer for layer, starts in LAYERS.items() if file.startswith(starts)), None)


def shares_table(found: Mapping[str, Mapping[str, float]]) -> Sequence[str]:
    """Lines for people: a service, and the percent of each layer."""
    return [
        f"{name}: " + ", ".join(f"{layer} {percent:g} %" for layer, percent in layers.items())
        for name, layers in found.items()
    ]
