"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop all parts and leave nothing behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let each of them raise KeyboardInterrupt, also below a shell that starts programs with SIGINT ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_interrupts() -> None:
    """From here on a second Ctrl-C does not leave half of the parts running."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
