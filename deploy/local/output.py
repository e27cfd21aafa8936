"""The merged log at the terminal: each line behind the coloured name of its part."""

import re
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

COLOURS = {
    "stack": "1",
    "kafka": "90",
    "mongodb": "33",
    "enrollment": "36",
    "notifier": "35",
    "verifier": "32",
    "northbridge": "34",
    "handset": "94",
}
WIDTH = max(map(len, COLOURS))

ESCAPE = r"(?:\x1b\[[0-9;]*m)"
ANY_ESCAPE = re.compile(ESCAPE)


def merged_line(name: str, line: str, *, colour: bool) -> str:
    """The line as shown. A part that begins its lines with its own name is not named twice."""
    own_name = re.compile(rf"^{ESCAPE}*\[?{re.escape(name)}\]?{ESCAPE}*(?:[\s:|│]+|$)")
    text = own_name.sub("", line, count=1)
    if not colour:
        return f"{name:<{WIDTH}} │ {ANY_ESCAPE.sub('', text)}"
    return f"\x1b[{COLOURS.get(name, '0')}m{name:<{WIDTH}} │\x1b[0m {text}\x1b[0m"


class Terminal:
    """Writes the merged log; lines of several threads never mix."""

    def __init__(self, stream: TextIO = sys.stdout, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._colour = stream.isatty()
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()

    def __call__(self, name: str, line: str) -> None:
        """Show one line of a part; the launcher's own begin with the seconds since the start."""
        if name == "stack":
            line = f"{self._clock() - self._began:5.1f} s  {line}"
        with self._lock:
            self._stream.write(merged_line(name, line, colour=self._colour) + "\n")
            self._stream.flush()
