"""The words of "My security info"."""

from collections.abc import Mapping
from typing import Final

from schemas.enrollment import Decision
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.web.words import moment

BACK: Final = _("Back to {organization}")
BACK_INSIDE: Final[Mapping[Decision, str]] = {
    "reconfirm": _("Back to “Are these still right?”"),
    "administer": _("Back to Operations"),
}
"""The way out where it does not lead to the platform."""

OPEN: Final[Mapping[str, str]] = {
    "manage": _("My security info, since {when}"),
    "administer": _("Operations, since {when}"),
}
"""What is open in another session, by what it is for."""
SETTING_UP: Final = _("Setting up security info, since {when}")
VERIFYING: Final = _("Verifying that it's you, since {when}")
CAN_RETURN: Final = {
    "changed": _("Changed; can be brought back until {day}"),
    "deleted": _("Deleted; can be brought back until {day}"),
}
"""Until when a method can come back, by why it is gone."""
ADD: Final = _("Add sign-in method")
RENAME: Final = _("Rename")
DELETE: Final = _("Delete this method?")
NEW_PHONE: Final = _("I have a new phone")
ACTIVITY: Final = _("Your recent activity")
"""Titles and headings."""

MORE: Final = ngettext_lazy("And {number} more.", "And {number} more.")
"""Changes that are not shown."""
TIMES: Final = ngettext_lazy("{number} time", "{number} times")
"""How often the same happened in a row."""

NAME_TOO_LONG: Final = _("A name can have up to 64 characters.")
REQUIRED = _("Your organisation requires this method. Add another one of its kind first, or change it instead.")
NOT_RESTORED = {
    "reauthenticationRequired": (
        _(
            "To bring this method back you verify yourself with another one that was there before today's visit, and "
            "there is none. Add it anew, or ask your organisation's help desk to bring it back."
        )
    ),
    "methodLimitReached": _("Another method has taken this one's place. Delete that one first."),
    "methodAlreadyRegistered": _("This method is set up already."),
    "unknownMethod": _("This method can't be brought back any more. Add it anew."),
}
DELETED = _("{name} was deleted. You can restore it until {day}.")
DELETED_FOR_GOOD = _("{name} was deleted. It can't be restored.")
RENAMED = _("{name} has its new name.")
UNNAMED = _("{name} has no name of its own any more.")
NEW_DEFAULT = _("{name} is your default method now.")
RESTORED = _("{name} was restored. It can be used again.")
"""What was done just now."""

HAPPENED = {
    "EnrollmentStarted": _("You started to set up your security info."),
    "EnrollmentStarted.manage": _("You opened My security info."),
    "EnrollmentStarted.administer": _("You opened Operations."),
    "EnrollmentStarted.reconfirm": _("You were asked whether your security info is still right."),
    "EnrollmentSkipped": _("You put off setting up your security info."),
    "EnrollmentCompleted": _("You finished."),
    "SecurityInfoConfirmed": _("You confirmed your security info."),
    "MethodRegistered": _("You added {name}."),
    "MethodRegistered.temporaryAccessPass": _("Your organisation gave you a Temporary Access Pass."),
    "MethodChanged": _("You changed {name}."),
    "MethodChanged.name": _("You renamed {name}."),
    "MethodRestored": _("{name} was brought back."),
    "DefaultMethodChanged": _("{name} became your default method."),
    "SuspiciousActivityReported": _("You reported suspicious activity."),
    "UnusualActivityNoticed": _("Something unusual happened."),
    "UnusualActivityNoticed.newBrowser": _("Your account was used in a browser that was new to us."),
    "UnusualActivityNoticed.newCountry": _("Your account was used in a country that was new to us."),
    "UnusualActivityNoticed.impossiblePace": _("Your account was used in two countries within an hour."),
    "UnusualActivityNoticed.notMe": _("You said of something that it wasn't you."),
    "UnusualActivityNoticed.manyFailures": _("There were many wrong tries with {name}, so it paused."),
    "RequestsPaused": (
        _(
            "You denied several requests in {name}, so it gets none for a while. If you didn't ask for them, somebody "
            "else may know your password: change it."
        )
    ),
}
IN_THIS_BROWSER = _("In this browser")
IN_ANOTHER_BROWSER = _("In another browser")
NOT_ME = _("This wasn't me?")
SAID_NOT_ME = (
    _("Thank you for telling us"),
    _(
        "Everybody who was signed in here as you is signed out, and your organisation was told. Change your password, "
        "then sign in again."
    ),
)
HELP_DESK = {
    "passGiven": _("Your organisation's help desk gave you a Temporary Access Pass."),
    "methodRestored": _("Your organisation's help desk restored {name}."),
    "methodSuspended": _("Your organisation's help desk suspended {name}."),
    "sessionsEnded": _("Your organisation's help desk signed you out everywhere."),
}
"""What the help desk did, by its act."""
REASONS = {
    "person": _("You deleted {name}."),
    "administrator": _("Your administrator deleted {name}."),
    "replaced": _("{name} was replaced."),
    "lostOrStolen": _("You deleted {name} as lost or stolen."),
    "notMe": _("{name} was suspended, because you said that a change wasn't yours."),
    "reported": _("{name} was suspended, because you reported suspicious activity."),
    "MethodSuspended.administrator": _("Your organisation suspended {name}."),
    "disabled": _("{name} was disabled after too many wrong tries. Delete it and add it anew."),
}


NEWS = {
    "MethodRegistered": _("{name} was added on {when}."),
    "MethodChanged": _("{name} was changed on {when}."),
    "MethodRemoved": _("{name} was deleted on {when}."),
    "MethodSuspended": _("{name} was suspended on {when}."),
    "MethodRestored": _("{name} was brought back on {when}."),
    "DefaultMethodChanged": _("Another method became the default one on {when}."),
    "UnusualActivityNoticed": _("Something unusual happened on {when}."),
    "UnusualActivityNoticed.newBrowser": _("Your account was used in a browser that was new to us on {when}."),
    "UnusualActivityNoticed.newCountry": _("Your account was used in a country that was new to us on {when}."),
    "UnusualActivityNoticed.impossiblePace": _("Your account was used in two countries within an hour, on {when}."),
    "UnusualActivityNoticed.notMe": _("Somebody said here of something that it wasn't you, on {when}."),
    "UnusualActivityNoticed.manyFailures": _("{name} paused after many wrong tries on {when}."),
    "RequestsPaused": _("{name} gets no requests for a while, because several were denied on {when}."),
    "HelpDeskActed": _("Your organisation's help desk did something for your account on {when}."),
    "HelpDeskActed.passGiven": _("Your organisation's help desk gave you a Temporary Access Pass on {when}."),
    "HelpDeskActed.methodRestored": _("Your organisation's help desk restored {name} on {when}."),
    "HelpDeskActed.methodSuspended": _("Your organisation's help desk suspended {name} on {when}."),
    "HelpDeskActed.sessionsEnded": _("Your organisation's help desk signed you out everywhere on {when}."),
}
"""What changed, for a person who comes back."""


def news_text(entry: Entry, name: str) -> str:
    text = NEWS.get(f"{entry.event}.{entry.detail}") or NEWS[entry.event]
    return text.format(name=name, when=moment(entry.at))


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
        text = _("You have no default method any more.")
    return text.format(name=name) if text else None
