"""What a screen reader is told, journey by journey and state by state: the accessibility tree (roles, names, order) as
Playwright reads it in Chromium, kept as text."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from playwright.async_api import Page

FOLDER: Final = Path(__file__).parents[2] / "contract" / "pages" / "trees"
WRITE: Final = "TREES"
"""With this variable set to "write" what is found is kept."""
JOURNEYS: Final = {
    journey: tuple(states.split())
    for journey, states in {
        "setup": """prompt prompt-skip prompt-used-up prompt-own-words choose choose-error success cancel ended
            problem""",
        "setup-app": """download download-bare setup scan scan-unheard scan-manual scan-connected scan-expired
            try try-unheard try-open-app try-has-codes try-approved try-denied try-reported try-expired try-wrong-number
            try-failed app-code app-code-error app-code-ended app-done""",
        "setup-phone": """phone phone-error phone-strict phone-ways phone-office phone-or-whatsapp
            code code-queued code-notice
            code-delivered code-failed code-error code-checking code-ended code-exhausted code-ways code-by-whatsapp
            code-or-whatsapp code-by-call call call-or-whatsapp call-unheard call-confirmed call-denied
            call-failed call-expired done""",
        "setup-other-methods": """email email-error code-by-email software software-scan hardware-token
            hardware-token-error hardware-token-code hardware-token-code-error passkey passkey-error questions
            questions-error questions-keeping recovery recovery-codes recovery-codes-error recovery-codes-keeping""",
        "verify": """prove-choose prove-try prove-app-code prove-code prove-code-ended prove-call prove-call-denied
            prove-passkey prove-recovery prove-recovery-error prove-recovery-ended prove-pass prove-questions
            prove-questions-error prove-questions-ended locked-out""",
        "my-security-info": """manage manage-empty manage-notice confirm add add-error add-one add-none rename
            rename-error delete delete-only delete-required new-phone new-phone-several activity activity-empty
            not-me not-me-done""",
        "help": """help help-for-nobody help-install help-cant-sign-in help-desk help-managing""",
        "operations": """operations operations-closed operations-leave reports reports-empty messages messages-empty
            desk desk-nobody desk-person desk-colleague desk-act desk-act-why desk-act-ticket desk-pass""",
    }.items()
}
JOURNEY_OF: Final = {state: journey for journey, states in JOURNEYS.items() for state in states}
VARIES: Final = (
    (re.compile(r"\d+ (second|minute)s?\b"), r"… \1s"),
    (re.compile(r"\d+ s left"), "… s left"),
    (re.compile(r"\b\d{3} \d{3}\b"), "… (a code)"),
    (re.compile(r"localhost:\d{5}"), "localhost:…"),
    (re.compile(r"\b\w+day[ ,]+(at )?\d\d:\d\d"), "… (a moment)"),
)
"""What is another at each run."""
HEADING: Final = re.compile(r"^# (.+)\n", re.MULTILINE)
LATE, MOMENT, SETTLED = 20, 0.1, 0.5
"""How often, and how long, to wait for what the page hears after it was loaded; how long before it is kept."""


async def assert_told_as_before(
    page: Page, state: str, journey: str = "", anew: Callable[[], Awaitable[None]] | None = None
) -> None:
    """The page's tree is the one that is kept of the state; `anew` copies to it what it is a copy of."""
    file = FOLDER / f"{journey or JOURNEY_OF[state]}.txt"
    if os.environ.get(WRITE) == "write":
        await asyncio.sleep(SETTLED)
        if anew:
            await anew()
        _keep(file, state, await told(page))
    kept = trees_in(file).get(state, "")
    for _ in range(LATE):
        if await told(page) == kept:
            return
        await asyncio.sleep(MOMENT)
        if anew:
            await anew()
    assert (await told(page)).split("\n") == kept.split("\n")


async def told(page: Page) -> str:
    """The tree, but for what varies."""
    tree = await page.locator("body").aria_snapshot()
    for pattern, said in VARIES:
        tree = pattern.sub(said, tree)
    return tree.strip()


def trees_in(file: Path) -> dict[str, str]:
    """Those of a journey by state."""
    if not file.exists():
        return {}
    _, *parts = HEADING.split(file.read_text("utf-8"))
    return {state: tree.strip() for state, tree in zip(parts[::2], parts[1::2], strict=True)}


def _keep(file: Path, state: str, tree: str) -> None:
    """In the journey's order."""
    trees = trees_in(file) | {state: tree}
    order = JOURNEYS.get(file.stem, tuple(trees))
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(f"# {name}\n{trees[name]}\n" for name in order if name in trees), "utf-8")
