"""The words of the help desk."""

from collections.abc import Mapping
from typing import Final

from schemas.base import Channel, Purpose
from schemas.notification import SIM_CHANGED, SIM_UNCHECKED
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.challenges.domain.challenge import Challenge, DeliveryState
from services.enrollment.help_desk.domain import Act, Refusal
from services.enrollment.web.views import Choice
from services.enrollment.web.words import HELP_DESK_REASONS as WHY

HELP_DESK: Final = "Help desk"
NOBODY: Final = (
    "Nobody here is known by that. Type the user name or the user id exactly as it is spelt; people are known after "
    "their first sign-in."
)
NO_REASON: Final = "Choose why."
NO_TICKET: Final = "Letters and a number, such as INC-4711."
NOT_MADE: Final = "The pass could not be made in time: there is none to hand out. Give another one."

REFUSED: Final[Mapping[Refusal, str]] = {
    "self": "This is you. What you need at the help desk, a colleague does for you.",
    "colleague": (
        "{name} works in Operations, or is in a group for which the help desk may do nothing. Only those who run your "
        "organisation's sign-in can help."
    ),
}
NOT_DONE: Final[Mapping[str, str]] = {
    "methodLimitReached": "Another method has taken this one's place. It can come back once that one is deleted.",
    "methodAlreadyRegistered": "This method is set up already.",
    "unknownMethod": "That can't be done with this method any more.",
}
DONE: Final[Mapping[str, str]] = {
    "methodRestored": "{method} was restored, and {name} is told.",
    "methodSuspended": "{method} is suspended, and {name} is told.",
    "sessionsEnded": "All sessions of {name} have ended, and {name} is told.",
    "before": "That form was sent before, and acted once. A pass is shown this once; if it was lost, give another one.",
}
"""By act, or of a form that was sent before."""
TITLES: Final[Mapping[Act, str]] = {
    "passGiven": "Give a Temporary Access Pass?",
    "methodRestored": "Restore this method?",
    "methodSuspended": "Suspend this method?",
    "sessionsEnded": "End all sessions?",
}
BUTTONS: Final[Mapping[Act, str]] = {
    "passGiven": "Give the pass",
    "methodRestored": "Restore",
    "methodSuspended": "Suspend",
    "sessionsEnded": "End all sessions",
}
MADE_SURE: Final = "You have made sure that it is {name} who asks, and not only somebody who knows about them."
TOLD: Final = "{name} is told at once, and your organisation's log keeps who did it and why."
FOLLOWS: Final[Mapping[Act, tuple[str, ...]]] = {
    "passGiven": (
        "Whoever has the pass can sign in as {name} once, within an hour, and set up or delete methods.",
        "You see it once, and read it out or hand it over. An earlier pass stops to work.",
        MADE_SURE,
        TOLD,
    ),
    "methodRestored": (
        "It proves again that it is {name}, as before.",
        "If it was suspended because {name} said “This wasn't me”, ask them about that first.",
        MADE_SURE,
        TOLD,
    ),
    "methodSuspended": (
        "It proves nothing until you or {name} restore it, for example once a lost phone is found.",
        "What was just asked of it ends.",
        TOLD,
    ),
    "sessionsEnded": (
        "Whoever is signed in here as {name} is signed out, and requests that are open on their phone end.",
        "What was set up is kept. Sessions of {organization} itself are ended there.",
        TOLD,
    ),
}
REASON_CHOICES: Final[tuple[Choice, ...]] = (
    ("lostDevice", WHY["lostDevice"], "A phone or a token is lost, stolen or broken."),
    ("newDevice", WHY["newDevice"], "The old one is gone before the new one was set up."),
    ("lockedOut", WHY["lockedOut"], "None of their methods works for them now."),
    ("mistake", WHY["mistake"], "Something was deleted, suspended or reported by mistake."),
    ("suspicion", WHY["suspicion"], "Somebody else may be using the account."),
)

SENT_BY: Final[Mapping[Channel, str]] = {
    "sms": "Text message",
    "voice": "Call",
    "email": "Mail",
    "push": "Notification in the app",
    "whatsapp": "WhatsApp message",
    "local": "Nothing is sent",
}
DELIVERY: Final[Mapping[DeliveryState, str]] = {
    "queued": "Waiting to be sent",
    "sent": "Sent; no word of its arrival",
    "delivered": "Arrived",
    "failed": "Not delivered",
    "unknown": "Not known",
}
DETAILS: Final[Mapping[str, str]] = {
    "expiredBeforeSending": "the code expired first",
    "sendLimitReached": "as many messages as may be sent today",
    "resendTooSoon": "another one went out a moment before",
    "phoneNumberNotAllowed": "such numbers are not allowed",
    "providerUnavailable": "no provider was available",
    "providerRefused": "the provider refused it",
    "destinationMismatch": "it did not fit its request",
    "notDelivered": "the network could not deliver it",
    "destinationRejected": "there is no such number or address",
}
SIGNALS: Final[Mapping[str, str]] = {
    SIM_CHANGED: "the SIM card of the number was changed a short while ago",
    SIM_UNCHECKED: "nobody could say whether the SIM card was changed",
}
PURPOSES: Final[Mapping[Purpose, str]] = {
    "registration": "To set up or change a method",
    "signIn": "To sign in",
    "passwordReset": "To reset the password",
    "stepUp": "To verify who it is",
}
STATUS: Final[Mapping[str, str]] = {
    "pending": "not answered yet",
    "verified": "answered",
    "failed": "too many wrong tries",
    "denied": "denied",
    "expired": "not answered in time",
    "cancelled": "no longer needed",
}

HAPPENED: Final[Mapping[str, str]] = {
    "EnrollmentStarted": "Started to set up security info.",
    "EnrollmentStarted.manage": "Opened My security info.",
    "EnrollmentStarted.administer": "Opened Operations.",
    "EnrollmentStarted.reconfirm": "Was asked whether the security info is still right.",
    "EnrollmentSkipped": "Put off setting up security info.",
    "EnrollmentCompleted": "Finished.",
    "SecurityInfoConfirmed": "Confirmed the security info.",
    "MethodRegistered": "{method} was added.",
    "MethodChanged": "{method} was changed.",
    "MethodChanged.name": "{method} was renamed.",
    "MethodRestored": "{method} was brought back.",
    "DefaultMethodChanged": "{method} became the default method.",
    "SuspiciousActivityReported": "Reported suspicious activity.",
    "UnusualActivityNoticed": "Something unusual happened.",
    "UnusualActivityNoticed.newBrowser": "The account was used in a new browser.",
    "UnusualActivityNoticed.newCountry": "The account was used in a new country.",
    "UnusualActivityNoticed.impossiblePace": "The account was used in two countries within an hour.",
    "UnusualActivityNoticed.notMe": "Said “This wasn't me”.",
    "UnusualActivityNoticed.manyFailures": "{method} paused after many wrong tries.",
    "RequestsPaused": "{method} gets no requests for a while, because several were denied.",
    "MethodRemoved.person": "Deleted {method}.",
    "MethodRemoved.administrator": "An administrator deleted {method}.",
    "MethodRemoved.replaced": "{method} was replaced.",
    "MethodRemoved.lostOrStolen": "Deleted {method} as lost or stolen.",
    "MethodSuspended.notMe": "{method} was suspended: “This wasn't me”.",
    "MethodSuspended.reported": "{method} was suspended: a request was reported.",
    "MethodSuspended.disabled": "{method} was disabled after too many wrong tries.",
    "MethodSuspended.administrator": "{method} was suspended by the help desk or an administrator.",
    "HelpDeskActed.passGiven": "The help desk gave a Temporary Access Pass.",
    "HelpDeskActed.methodRestored": "The help desk restored {method}.",
    "HelpDeskActed.methodSuspended": "The help desk suspended {method}.",
    "HelpDeskActed.sessionsEnded": "The help desk ended all sessions.",
}
"""What happened, told of somebody else."""


def story_text(entry: Entry, method: str) -> str | None:
    if entry.event == "DefaultMethodChanged" and entry.method_id is None:
        return "There is no default method any more."
    text = HAPPENED.get(f"{entry.event}.{entry.detail}") or HAPPENED.get(entry.event)
    return text.format(method=method) if text else None


def grounds_text(entry: Entry) -> str:
    """Who of the help desk did it, and why."""
    if entry.agent is None:
        return ""
    why = WHY.get(entry.reason or "", "")
    return ", ".join(part for part in (f"By {entry.agent}", why.lower(), entry.ticket) if part)


def delivery_text(challenge: Challenge) -> str:
    delivery = challenge.delivery
    said = SIGNALS.get(delivery.signal or "") or DETAILS.get(delivery.detail or "")
    detail = said if delivery.state == "failed" else None
    by = f" by {delivery.provider}" if delivery.provider else ""
    return f"{DELIVERY[delivery.state]}{by}{f': {detail}' if detail else ''}"
