"""Texts that templates and live updates share: one place for each, so that both say the same."""

from dataclasses import dataclass
from typing import Final

HEADING: Final = "Keep your account secure"
"""The h1 of every step between the prompt and Success."""


@dataclass(frozen=True)
class LiveTexts:
    """What the page says by itself, without a new page. `{left}` and `{seconds}` are filled in by the script."""

    saving: str = "One moment…"
    sending: str = "Sending…"
    checking: str = "Checking your code…"
    slow: str = "This is taking longer than usual. Nothing you set up is lost; you can wait here."
    slow_message: str = "This is taking longer than usual. Your message is on its way; you can wait here or come back."
    wrong: str = "That code isn't right. Check the newest message; {left} left."
    wait: str = "Available in {seconds}"
    too_soon: str = "You can ask for another message in {seconds}."
    resend_now: str = "You can ask for another message now."
    elsewhere: str = "Done in another tab."
    confirmed: str = "Your code is right."
    session_soon: str = "Your session ends in 2 minutes"
    stayed: str = "Your session was extended."
    stay_failed: str = "We couldn't extend your session. Try again, or go on with the next step."
    session_over: str = "Your session has ended. Sign in again; what you set up is kept."


LIVE: Final = LiveTexts()
DELIVERY_STATES: Final = {
    "queued": "Sending",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "unknown": "Not known yet",
}
STEP_STATES: Final = {"done": "Done", "current": "Current step", "todo": "To do"}
