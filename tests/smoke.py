"""`python -m tests.smoke`: the main job on a computer and a phone, step by step, with the events that it caused.

Runs against a running stack, reads the same `SECURITY_INFO_…` variables as the demo, and saves a screenshot of each
page under `.local/smoke/`.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.support.people.journey import World, browser_page, phone_beside, walk_with_app
from tests.support.web.shared_browser import SHARED

SCREENSHOTS = Path(".local/smoke")
PREFIX = "SECURITY_INFO_"


def world() -> World:
    """The demo world on the ports that the environment names."""
    northbridge = os.environ.get(f"{PREFIX}NORTHBRIDGE_PORT", "8010")
    handset = os.environ.get(f"{PREFIX}HANDSET_PORT", "8020")
    public = os.environ.get(f"{PREFIX}PUBLIC_URL", "http://localhost:8000")
    return World(f"http://127.0.0.1:{northbridge}", f"http://127.0.0.1:{handset}", public)


def main() -> int:
    """Walk; 1 at the first step that fails."""
    mark = secrets.token_hex(4)
    number = f"+44770090{secrets.randbelow(1000):04d}"
    user, width = f"alex.{mark}", int(os.environ.get("SMOKE_WIDTH", "1280"))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def seen(name: str, page: Page) -> None:
        sys.stdout.write(f"  ok  {name}\n")
        sys.stdout.flush()
        page.wait_for_load_state()
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)

    try:
        with browser_page(width=width) as page, phone_beside(page) as phone:
            walk_with_app(page, phone, world(), f"alex+{mark}@northbridge.example", number, seen=seen)
    except (AssertionError, OSError) as error:
        sys.stderr.write(f"smoke failed: {error}\n")
        return 1
    finally:
        SHARED.close()
    command = [str(Path(sys.executable).with_name("security-info")), "events", "user", user]
    return subprocess.run(command, check=False, timeout=60).returncode


if __name__ == "__main__":
    sys.exit(main())
