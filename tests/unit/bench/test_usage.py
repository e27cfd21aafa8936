"""What processes use, while their threads come and go."""

import os
import threading
from pathlib import Path

from tests.bench.usage import _children, usage_of


def test_threads_that_end_meanwhile_are_no_failure() -> None:
    assert _children(Path("/proc/self/task/0")) == []


def test_a_process_with_threads_that_come_and_go_is_measured() -> None:
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            made = [threading.Thread(target=stop.wait, args=(0.0005,)) for _ in range(8)]
            for thread in made:
                thread.start()
            for thread in made:
                thread.join()

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        assert all(usage_of(os.getpid()).handles > 0 for _ in range(200))
    finally:
        stop.set()
        churning.join()
