"""Nothing that a run began is left."""

import subprocess
import sys

from tests.faults.leftovers import children, end_all_but

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_what_is_left_is_killed_and_what_is_not_the_runs_own_is_kept() -> None:
    with subprocess.Popen(SLEEPS) as older, subprocess.Popen(SLEEPS) as newer:
        try:
            assert {older.pid, newer.pid} <= children()
            end_all_but(children() - {newer.pid})
            assert newer.wait(30) < 0
            assert older.poll() is None
        finally:
            older.kill()
