"""`python -m tests.smoke`: the main job on a computer and a phone, step by step, with the events that it caused; then
five journeys that once failed. With a language, the main job by somebody who reads it, and nothing else.

Runs against a running stack, reads the same `SECURITY_INFO_…` variables as the demo, and saves a screenshot of each
page under `.local/smoke/`.
"""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from services.enrollment.i18n import LANGUAGES
from tests.smoke.journeys import JOURNEYS
from tests.support.people.in_language import NARROWEST, Reader, reading
from tests.support.people.journey import Seen, World, browser_page, phone_beside, walk_with_app
from tests.support.web.shared_browser import SHARED

SCREENSHOTS: Final = Path(".local/smoke")
PREFIX: Final = "SECURITY_INFO_"
ALL: Final = "all"
WIDTH: Final = int(os.environ.get("SMOKE_WIDTH", "1280"))


@dataclass(frozen=True)
class Person:
    """Somebody who has nothing registered yet, with alex's policy."""

    mark: str
    number: str

    @property
    def name(self) -> str:
        return f"alex+{self.mark}@northbridge.example"

    @property
    def user(self) -> str:
        return f"alex.{self.mark}"


def main() -> int:
    """Walk; 1 at the first step that fails."""
    asked = argparse.ArgumentParser(prog="python -m tests.smoke")
    asked.add_argument("--language", choices=(*LANGUAGES, ALL), help="walk the main job by who reads it; all: by each")
    language = asked.parse_args().language
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    try:
        if language is None:
            _walk()
            _journeys()
        else:
            _walk_by(LANGUAGES if language == ALL else (language,))
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"smoke failed: {error}\n")
        return 1
    finally:
        SHARED.close()
    return 0


def _walk() -> None:
    person = _somebody()
    with browser_page(width=WIDTH) as page, phone_beside(page) as phone:
        walk_with_app(page, phone, _world(), person.name, person.number, seen=_seen(WIDTH))
    _show_events(person)


def _journeys() -> None:
    for name, journey in JOURNEYS.items():
        _say(name)
        person = _somebody()
        with browser_page(width=WIDTH) as page:
            journey(page, _world(), person.mark, person.number, _seen(WIDTH))


def _walk_by(languages: Sequence[str]) -> None:
    for language in languages:
        _say(language)
        person = _somebody()
        with reading(language) as (page, phone):
            Reader(language, _world(), _seen(NARROWEST, f"{language}-")).walk(page, phone, person.name, person.number)
        _show_events(person)


def _show_events(person: Person) -> None:
    command = [str(Path(sys.executable).with_name("security-info")), "events", "user", person.user]
    subprocess.run(command, check=True, timeout=60)


def _somebody() -> Person:
    return Person(secrets.token_hex(4), f"+44770090{secrets.randbelow(1000):04d}")


def _world() -> World:
    """The demo world on the ports that the environment names."""
    northbridge = os.environ.get(f"{PREFIX}NORTHBRIDGE_PORT", "8010")
    handset = os.environ.get(f"{PREFIX}HANDSET_PORT", "8020")
    public = os.environ.get(f"{PREFIX}PUBLIC_URL", "http://localhost:8000")
    return World(f"http://127.0.0.1:{northbridge}", f"http://127.0.0.1:{handset}", public)


def _seen(width: int, before: str = "") -> Seen:
    def seen(name: str, page: Page) -> None:
        _say(f"  ok  {name}")
        page.wait_for_load_state()
        page.screenshot(path=SCREENSHOTS / f"{before}{name}-{width}.png", full_page=True)

    return seen


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
