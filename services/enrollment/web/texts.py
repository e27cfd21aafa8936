"""Texts that templates and live updates share: one place for each, so that both say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

HEADING: Final = "Keep your account secure"
"""The h1 of every step between the prompt and Success."""


@dataclass(frozen=True)
class LiveTexts:
    """What the page says by itself, without a new page. `{left}` and `{seconds}` are filled in by the script."""

    saving: str = "One moment…"
    sending: str = "Sending…"
    checking: str = "Checking your code…"
    checking_answers: str = "Checking your answers…"
    calling: str = "Calling…"
    slow: str = "This is taking longer than usual. Nothing you set up is lost; you can wait here."
    slow_message: str = "This is taking longer than usual. Your message is on its way; you can wait here or come back."
    wrong: str = "That code isn't right. Check the newest message; {left} left."
    wrong_typed: str = "That isn't right; {left} left."
    wrong_in_app: str = "That code isn't right. Type the one that the app shows now; {left} left."
    attempt_over: str = "This attempt is over. You can try again with the code that the app shows now."
    attempt_over_answers: str = "This attempt is over. You can try again, or use a different method."
    wait: str = "Available in {seconds}"
    too_soon: str = "You can ask for another message in {seconds}."
    resend_now: str = "You can ask for another message now."
    elsewhere: str = "Done in another tab."
    confirmed: str = "Your code is right."
    ask_again_too_soon: str = "You can ask for another request in {seconds}."
    first_approve: str = "Approve the request in the app first."
    still_valid: str = "It works for {seconds} more."
    copied: str = "Code copied."
    copied_key: str = "Secret copied."
    copied_codes: str = "Codes copied."
    saved_codes: str = "Codes downloaded."
    first_confirm: str = "Answer the call and press # first."
    call_too_soon: str = "You can ask for another call in {seconds}."
    call_now: str = "You can ask for another call now."
    passkey_waiting: str = "Follow your browser's instructions…"
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


@dataclass(frozen=True)
class PhoneWords:
    """How a type of phone is asked for."""

    heading: str
    about: str
    hint: str


@dataclass(frozen=True)
class ChannelWords:
    """How the page of a code speaks of what brought it. `{left}` and `{seconds}` are filled in by the script."""

    icon: str
    slow: str
    look: str
    again: str
    too_soon: str
    again_now: str
    none_left: str
    over: str
    anew: str
    wrong: str


@dataclass(frozen=True)
class TypedWords:
    """How a proof is asked for that the person types; `capitals` is what a phone's keyboard does."""

    heading: str
    about: str
    hint: str
    capitals: str


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

CALL: Final[Mapping[str, StateText]] = {
    "waiting": StateText("Waiting for your answer…", ""),
    "confirmed": StateText("Confirmed. Select Next.", ""),
    "denied": StateText("You reported the call", "You said that you didn't ask for it. Your organisation was told."),
    "undelivered": StateText("The call didn't reach you", ""),
    "failed": StateText("That didn't work", "The call couldn't be confirmed. Nothing you set up is lost."),
    "expired": StateText("No answer", "The call wasn't confirmed in time. Have your phone at hand, then try again."),
    "replaced": StateText("We are calling you again", "Go on to see what became of the new call."),
}
"""What became of a call."""

PASSKEY: Final[Mapping[str, str]] = {
    "cancelled": "That was cancelled, or it took too long. Try again when you are ready.",
    "exists": "This device has a passkey for your account already. Use another device, or a different method.",
    "unsupported": "This browser can't use passkeys. Use another browser, or a different method.",
    "failed": "Your browser couldn't do that. Try again, or use a different method.",
}
"""What the browser did with a passkey, in words."""

MENU_LINKS: Final = {"rename": "Rename", "delete": "Delete"}
MENU_BUTTONS: Final = {"change": "Change", "default": "Set as default", "restore": "Restore"}
"""What can be done with a method, by what it is called in an address: a link asks first, a button acts."""

METHOD_STATES: Final[Mapping[str, StateText]] = {
    "active": StateText("", ""),
    "suspended": StateText("Suspended", "It can't be used now, because somebody reported it."),
    "disabled": StateText("Disabled", "Too many wrong tries: it can't be used any more. Delete it, then add it anew."),
}
"""What became of a method."""

DELIVERY_STATES: Final = {
    "queued": "Sending",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "unknown": "Not known yet",
}
PHONES: Final[Mapping[str, PhoneWords]] = {
    "mobile": PhoneWords(
        "Phone",
        "You can prove who you are with a code by text message or a call.",
        "A mobile phone of yours.",
    ),
    "alternateMobile": PhoneWords(
        "Alternative phone",
        "You can prove who you are with a call to a second phone.",
        "Another phone than your first one.",
    ),
    "office": PhoneWords(
        "Office phone",
        "You can prove who you are with a call to your phone at work.",
        "The number that people dial from outside.",
    ),
}
"""By the type of phone."""

_MESSAGE: Final = ChannelWords(
    icon="message",
    slow=LIVE.slow_message,
    look="See what became of the message",
    again="Resend",
    too_soon=LIVE.too_soon,
    again_now=LIVE.resend_now,
    none_left="We can't send more messages for this code.",
    over="This code can't be used any more. We can send you a new one.",
    anew="Send a new code",
    wrong=LIVE.wrong,
)
_CALL: Final = ChannelWords(
    icon="ring",
    slow="This is taking longer than usual. Your call is on its way; you can wait here or come back.",
    look="See what became of the call",
    again="Call again",
    too_soon=LIVE.call_too_soon,
    again_now=LIVE.call_now,
    none_left="We can't call again for this code.",
    over="This code can't be used any more. We can call you with a new one.",
    anew="Call me with a new code",
    wrong="That code isn't right. Type the one from the newest call; {left} left.",
)
CHANNELS: Final[Mapping[str, ChannelWords]] = {
    "sms": _MESSAGE,
    "voice": _CALL,
    "email": replace(_MESSAGE, icon="mail"),
}
"""By the channel that brings a code."""

TYPED: Final[Mapping[str, TypedWords]] = {
    "recoveryCode": TypedWords(
        "Recovery code",
        "Type one of the codes that you saved. Each works once.",
        "16 letters and digits. Capitals, spaces and dashes make no difference.",
        "characters",
    ),
    "temporaryAccessPass": TypedWords(
        "Temporary Access Pass",
        "Type the pass that your organisation gave you.",
        "8 to 48 characters. Capitals matter.",
        "none",
    ),
}
"""By the kind of proof."""

STEP_STATES: Final = {"done": "Done", "current": "Current step", "todo": "To do"}
