"""The words of "This wasn't me?"."""

from collections.abc import Mapping
from typing import Final

from schemas.enrollment import NoticeKind
from services.enrollment.i18n import gettext as _
from services.enrollment.methods.registry.words import WORDS, shown_name
from services.enrollment.notices.domain import Notice
from services.enrollment.web.words import moment, with_mask

NOT_ME: Final = _("This wasn't me?")
THANKS: Final = _("Thank you for telling us")
CHANGED: Final[Mapping[NoticeKind, str]] = {
    "methodRegistered": _("{name} was added on {when}."),
    "methodChanged": _("{name} was changed on {when}."),
    "methodRemoved": _("{name} was deleted on {when}."),
    "methodSuspended": _("{name} was suspended on {when}."),
    "methodRestored": _("{name} was brought back on {when}."),
    "defaultMethodChanged": _("{name} became the default method on {when}."),
    "newBrowser": _("Your account was used in a browser or a place that was new to us on {when}."),
    "sessionsEnded": _("Your organisation's help desk signed you out everywhere on {when}."),
    "manyFailures": _("{name} paused after many wrong tries on {when}."),
}


def notice_text(notice: Notice) -> str:
    """What changed and when."""
    label = WORDS[notice.method_type].name.label if notice.method_type else ""
    name = with_mask(label, shown_name(notice.method_type, notice.display_name))
    return CHANGED[notice.kind].format(name=name, when=moment(notice.happened_at))


def what_will_happen(notice: Notice, organization: str) -> tuple[str, ...]:
    """What the button does."""
    first = _("The method is suspended: it can't be used to sign in or to reset your password.")
    suspends = notice.kind not in {"methodRemoved", "defaultMethodChanged"}
    return (
        *((first,) if suspends else ()),
        _("All open setup sessions of your account end."),
        _("{organization} is told.").format(organization=organization),
    )


def what_happened(notice: Notice, organization: str) -> tuple[str, ...]:
    """What the button did, and what to do next."""
    suspends = notice.kind not in {"methodRemoved", "defaultMethodChanged"}
    first = (_("The method is suspended."),) if suspends else ()
    return (
        *first,
        _("{organization} was told, and all open setup sessions of your account have ended.").format(
            organization=organization
        ),
        _("Change your password now, if you still can, then sign in and look at My security info."),
        _(
            "If you can't sign in, ask {organization}'s help desk: an administrator can bring your earlier method back."
        ).format(organization=organization),
    )
