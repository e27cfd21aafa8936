"""The words of "This wasn't me?"."""

from services.enrollment.methods.registry.words import WORDS
from services.enrollment.notices.domain import Notice
from services.enrollment.web.words import moment, with_mask


def notice_text(notice: Notice) -> str:
    """What changed and when."""
    label = WORDS[notice.method_type].name.label if notice.method_type else ""
    name, day = with_mask(label, notice.display_name), moment(notice.happened_at)
    texts = {
        "methodRegistered": f"{name} was added on {day}.",
        "methodChanged": f"{name} was changed on {day}.",
        "methodRemoved": f"{name} was deleted on {day}.",
        "methodSuspended": f"{name} was suspended on {day}.",
        "methodRestored": f"{name} was brought back on {day}.",
        "defaultMethodChanged": f"{name} became the default method on {day}.",
        "newBrowser": f"Your account was used in a browser or a place that was new to us on {day}.",
        "sessionsEnded": f"Your organisation's help desk signed you out everywhere on {day}.",
        "manyFailures": f"{name} paused after many wrong tries on {day}.",
    }
    return texts[notice.kind]


def what_will_happen(notice: Notice, organization: str) -> tuple[str, ...]:
    """What the button does."""
    first = "The method is suspended: it can't be used to sign in or to reset your password."
    suspends = notice.kind not in {"methodRemoved", "defaultMethodChanged"}
    return (*((first,) if suspends else ()), "All open setup sessions of your account end.", f"{organization} is told.")


def what_happened(notice: Notice, organization: str) -> tuple[str, ...]:
    """What the button did, and what to do next."""
    suspends = notice.kind not in {"methodRemoved", "defaultMethodChanged"}
    first = ("The method is suspended.",) if suspends else ()
    return (
        *first,
        f"{organization} was told, and all open setup sessions of your account have ended.",
        "Change your password now, if you still can, then sign in and look at My security info.",
        f"If you can't sign in, ask {organization}'s help desk: an administrator can bring your earlier method back.",
    )
