"""The words of "My security info"."""

from collections.abc import Mapping

from schemas.enrollment import Decision
from services.enrollment.accounts.domain.activity import Entry

CAME_FROM: Mapping[Decision, str] = {"reconfirm": "“Are these still right?”", "administer": "Operations"}
"""Where "Back to …" leads where it is not the platform."""
OPEN: Mapping[str, str] = {"manage": "My security info", "administer": "Operations"}
"""What is open in another session, by what it is for."""
SETTING_UP = "Setting up security info"
VERIFYING = "Verifying that it's you"
REQUIRED = "Your organisation requires this method. Add another one of its kind first, or change it instead."
NOT_RESTORED = {
    "reauthenticationRequired": (
        "To bring this method back you verify yourself with another one that was there before today's visit, and there "
        "is none. Add it anew, or ask your organisation's help desk to bring it back."
    ),
    "methodLimitReached": "Another method has taken this one's place. Delete that one first.",
    "methodAlreadyRegistered": "This method is set up already.",
    "unknownMethod": "This method can't be brought back any more. Add it anew.",
}
DELETED = "{name} was deleted. You can restore it until {day}."
DELETED_FOR_GOOD = "{name} was deleted. It can't be restored."
RENAMED = "{name} has its new name."
UNNAMED = "{name} has no name of its own any more."
NEW_DEFAULT = "{name} is your default method now."
RESTORED = "{name} was restored. It can be used again."
"""What was done just now."""

HAPPENED = {
    "EnrollmentStarted": "You started to set up your security info.",
    "EnrollmentStarted.manage": "You opened My security info.",
    "EnrollmentStarted.administer": "You opened Operations.",
    "EnrollmentStarted.reconfirm": "You were asked whether your security info is still right.",
    "EnrollmentSkipped": "You put off setting up your security info.",
    "EnrollmentCompleted": "You finished.",
    "SecurityInfoConfirmed": "You confirmed your security info.",
    "MethodRegistered": "You added {name}.",
    "MethodRegistered.temporaryAccessPass": "Your organisation gave you a Temporary Access Pass.",
    "MethodChanged": "You changed {name}.",
    "MethodChanged.name": "You renamed {name}.",
    "MethodRestored": "{name} was brought back.",
    "DefaultMethodChanged": "{name} became your default method.",
    "SuspiciousActivityReported": "You reported suspicious activity.",
    "UnusualActivityNoticed": "Something unusual happened.",
    "UnusualActivityNoticed.newBrowser": "Your account was used in a browser that was new to us.",
    "UnusualActivityNoticed.newCountry": "Your account was used in a country that was new to us.",
    "UnusualActivityNoticed.impossiblePace": "Your account was used in two countries within an hour.",
    "UnusualActivityNoticed.notMe": "You said of something that it wasn't you.",
    "UnusualActivityNoticed.manyFailures": "There were many wrong tries with {name}, so it paused.",
    "RequestsPaused": (
        "You denied several requests in {name}, so it gets none for a while. If you didn't ask for them, somebody else "
        "may know your password: change it."
    ),
}
IN_THIS_BROWSER = "In this browser"
IN_ANOTHER_BROWSER = "In another browser"
NOT_ME = "This wasn't me?"
SAID_NOT_ME = (
    "Thank you for telling us",
    "Everybody who was signed in here as you is signed out, and your organisation was told. Change your password, then "
    "sign in again.",
)
HELP_DESK = {
    "passGiven": "Your organisation's help desk gave you a Temporary Access Pass.",
    "methodRestored": "Your organisation's help desk restored {name}.",
    "methodSuspended": "Your organisation's help desk suspended {name}.",
    "sessionsEnded": "Your organisation's help desk signed you out everywhere.",
}
"""What the help desk did, by its act."""
REASONS = {
    "person": "You deleted {name}.",
    "administrator": "Your administrator deleted {name}.",
    "replaced": "{name} was replaced.",
    "lostOrStolen": "You deleted {name} as lost or stolen.",
    "notMe": "{name} was suspended, because you said that a change wasn't yours.",
    "reported": "{name} was suspended, because you reported suspicious activity.",
    "MethodSuspended.administrator": "Your organisation suspended {name}.",
    "disabled": "{name} was disabled after too many wrong tries. Delete it and add it anew.",
}


NEWS = {
    "MethodRegistered": "{name} was added on",
    "MethodChanged": "{name} was changed on",
    "MethodRemoved": "{name} was deleted on",
    "MethodSuspended": "{name} was suspended on",
    "MethodRestored": "{name} was brought back on",
    "DefaultMethodChanged": "Another method became the default one on",
    "UnusualActivityNoticed": "Something unusual happened on",
    "UnusualActivityNoticed.newBrowser": "Your account was used in a browser that was new to us on",
    "UnusualActivityNoticed.newCountry": "Your account was used in a country that was new to us on",
    "UnusualActivityNoticed.impossiblePace": "Your account was used in two countries within an hour, on",
    "UnusualActivityNoticed.notMe": "Somebody said here of something that it wasn't you, on",
    "UnusualActivityNoticed.manyFailures": "{name} paused after many wrong tries on",
    "RequestsPaused": "{name} gets no requests for a while, because several were denied on",
    "HelpDeskActed": "Your organisation's help desk did something for your account on",
    "HelpDeskActed.passGiven": "Your organisation's help desk gave you a Temporary Access Pass on",
    "HelpDeskActed.methodRestored": "Your organisation's help desk restored {name} on",
    "HelpDeskActed.methodSuspended": "Your organisation's help desk suspended {name} on",
    "HelpDeskActed.sessionsEnded": "Your organisation's help desk signed you out everywhere on",
}
"""What changed, for a person who comes back; the moment follows."""


def news_text(entry: Entry, name: str) -> str:
    return (NEWS.get(f"{entry.event}.{entry.detail}") or NEWS[entry.event]).format(name=name)


def _why(event: str, reason: str) -> str | None:
    return REASONS.get(f"{event}.{reason}") or REASONS.get(reason)


def activity_text(entry: Entry, name: str) -> str | None:
    detail = entry.detail or ""
    if entry.event == "HelpDeskActed":
        text = HELP_DESK.get(detail)
    else:
        known = (HAPPENED.get(f"{entry.event}.{kind}") for kind in (detail, entry.method_type))
        text = next(filter(None, known), None) or HAPPENED.get(entry.event) or _why(entry.event, detail)
    if entry.event == "DefaultMethodChanged" and entry.method_id is None:
        text = "You have no default method any more."
    return text.format(name=name) if text else None
