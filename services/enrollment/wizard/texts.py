"""Texts that templates and live updates share: one place for each, so that both say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

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
    wrong_in_app: str = "That code isn't right. Type the one that the app shows now; {left} left."
    attempt_over: str = "This attempt is over. You can try again with the code that the app shows now."
    wait: str = "Available in {seconds}"
    too_soon: str = "You can ask for another message in {seconds}."
    resend_now: str = "You can ask for another message now."
    elsewhere: str = "Done in another tab."
    confirmed: str = "Your code is right."
    ask_again_too_soon: str = "You can ask for another request in {seconds}."
    first_approve: str = "Approve the request in the app first."
    still_valid: str = "It works for {seconds} more."
    copied: str = "Code copied."
    copied_url: str = "URL copied."
    not_copied: str = "Your browser didn't let us copy that. Select the text and copy it."
    session_soon: str = "Your session ends in 2 minutes"
    stayed: str = "Your session was extended."
    stay_failed: str = "We couldn't extend your session. Try again, or go on with the next step."
    session_over: str = "Your session has ended. Sign in again; what you set up is kept."


class StateText(NamedTuple):
    """A state in two or three words, and what to know or do about it."""

    headline: str
    detail: str


LIVE: Final = LiveTexts()
NOT_CONNECTED_YET: Final = "We haven't heard from your app yet. Scan the code first, then select Next."
NOT_APPROVED_YET: Final = "We haven't heard from your app yet. Approve the request there, then select Next."
ACTIVATION: Final[Mapping[str, StateText]] = {
    "waiting": StateText("Waiting for your app…", ""),
    "connected": StateText("Your app is connected. Select Next.", ""),
    "expired": StateText("This QR code has expired", "A new one takes its place when you ask for it."),
}
"""What is known of the app that is being connected."""

APPROVAL: Final[Mapping[str, StateText]] = {
    "waiting": StateText("Waiting for your approval…", ""),
    "approved": StateText("Approved. Select Next.", ""),
    "denied": StateText(
        "You denied the request", "Was it by mistake? Try again. If you didn't ask for this request, report it."
    ),
    "expired": StateText("No answer", "The request wasn't answered in time. Have the app at hand, then try again."),
    "wrongNumber": StateText(
        "Wrong number", "The number in the app wasn't the one on this page. A new request shows a new number."
    ),
    "failed": StateText("That didn't work", "The request couldn't be completed. Nothing you set up is lost."),
    "replaced": StateText("A new request was sent", "It has a number of its own. Go on to see it."),
}
"""What became of a request that the app was asked to approve."""

DELIVERY_STATES: Final = {
    "queued": "Sending",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "unknown": "Not known yet",
}
STEP_STATES: Final = {"done": "Done", "current": "Current step", "todo": "To do"}
