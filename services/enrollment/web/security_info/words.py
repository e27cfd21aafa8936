"""The words of "My security info" and of "This wasn't me"."""

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date

from schemas.enrollment import Decision
from services.enrollment.accounts.domain.account import Account, Former, Method
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.accounts.handlers.self_service import Addable
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, TRAITS
from services.enrollment.methods.registry.words import WORDS, name_of
from services.enrollment.notices.domain import Notice
from services.enrollment.web.security_info.views import ActivityRow, MethodRow
from services.enrollment.web.views import Choice

CAME_FROM: Mapping[Decision, str] = {"reconfirm": "“Are these still right?”", "administer": "Operations"}
"""Where "Back to …" leads where it is not the platform."""
CHOOSE_ONE = "Choose one of these methods."
REQUIRED = "Your organisation requires this method. Add another one of its kind first, or change it instead."
CAN_BE_LOST = frozenset({"authenticatorApp", "softwareOath", "phone", "passkey", "recoveryCodes"})
NOT_RESTORED = {
    "reauthenticationRequired": "To bring this method back, sign in again and verify yourself with another one.",
    "methodLimitReached": "Another method has taken this one's place. Delete that one first.",
    "methodAlreadyRegistered": "This method is set up already.",
    "unknownMethod": "This method can't be brought back any more. Add it anew.",
}
HAPPENED = {
    "EnrollmentStarted": "You started to set up your security info.",
    "EnrollmentStarted.manage": "You opened My security info.",
    "EnrollmentStarted.administer": "You opened Operations.",
    "EnrollmentStarted.reconfirm": "You were asked whether your security info is still right.",
    "EnrollmentSkipped": "You put off setting up your security info.",
    "EnrollmentCompleted": "You finished.",
    "SecurityInfoConfirmed": "You confirmed your security info.",
    "MethodRegistered": "You added {name}.",
    "MethodChanged": "You changed {name}.",
    "MethodChanged.name": "You renamed {name}.",
    "MethodRestored": "{name} was brought back.",
    "DefaultMethodChanged": "{name} became your default method.",
    "SuspiciousActivityReported": "You reported suspicious activity.",
}
REASONS = {
    "person": "You deleted {name}.",
    "administrator": "Your administrator deleted {name}.",
    "replaced": "{name} was replaced.",
    "lostOrStolen": "You deleted {name} as lost or stolen.",
    "notMe": "{name} was suspended, because you said that a change wasn't yours.",
    "reported": "{name} was suspended, because you reported suspicious activity.",
    "disabled": "{name} was disabled after too many wrong tries. Delete it and add it anew.",
}


def row(method: Method, account: Account) -> MethodRow:
    """A method with what can be done with it."""
    is_default = method.id == account.default_method_id
    return MethodRow(
        id=method.id,
        type=method.type,
        label=name_of(method).label,
        detail=_detail(method),
        name=method.name,
        role=None if method.state != "active" else "Default" if is_default else "Backup",
        state=method.state,
        last_used=since(method),
        actions=_actions(method, is_default=is_default),
    )


def rows(account: Account) -> tuple[MethodRow, ...]:
    """All methods, the default first."""
    ordered = sorted(account.methods, key=lambda method: method.id != account.default_method_id)
    return tuple(row(method, account) for method in ordered)


def confirmable_rows(account: Account) -> tuple[MethodRow, ...]:
    """Those that can be used, the default first."""
    return tuple(row for row in rows(account) if row.state == "active")


def former_row(former: Former) -> MethodRow:
    """A method that may come back."""
    method = former.method
    what = "Changed" if former.reason == "changed" else "Deleted"
    return MethodRow(
        id=method.id,
        type=method.type,
        label=name_of(method).label,
        detail=method.display_name,
        name=method.name,
        role=None,
        state="suspended",
        last_used=f"{what}; can be brought back until {_day(former.until)}",
        actions=("restore",),
    )


def since(method: Method) -> str:
    """When it was used last, or since when it is there."""
    if method.last_used_at:
        return f"Last used on {_day(method.last_used_at)}"
    return f"Added on {_day(method.created_at)}"


def value_of(kind: Addable) -> str:
    """How a choice is named in the form."""
    return f"{kind[0]}.{kind[1]}" if kind[1] else kind[0]


def choice_of(kind: Addable) -> Choice:
    """A method that can be added, with a sentence."""
    name = WORDS[kind[0]].name_of(kind[1])
    return value_of(kind), name.label, name.set_up


def activity_row(entry: Entry, account: Account) -> ActivityRow | None:
    """What happened, in a sentence; None for what needs no word."""
    text = _activity_text(entry, _named(entry, account))
    return ActivityRow(at=entry.at, text=text) if text else None


def notice_text(notice: Notice) -> str:
    """What changed and when."""
    name, day = _with_mask(WORDS[notice.method_type].name.label, notice.display_name), _moment(notice.happened_at)
    texts = {
        "methodRegistered": f"{name} was added on {day}.",
        "methodChanged": f"{name} was changed on {day}.",
        "methodRemoved": f"{name} was deleted on {day}.",
        "methodSuspended": f"{name} was suspended on {day}.",
        "methodRestored": f"{name} was brought back on {day}.",
        "defaultMethodChanged": f"{name} became the default method on {day}.",
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


def _actions(method: Method, *, is_default: bool) -> tuple[str, ...]:
    if method.state == "disabled":
        return ("delete",)
    if method.state == "suspended":
        return ("restore", "delete")
    actions = ["change"] if TRAITS[method.type].has_destination else []
    actions += ["rename"]
    if method.type in DEFAULT_ORDER and not is_default:
        actions += ["default"]
    return (*actions, "delete")


def _detail(method: Method) -> str:
    if method.codes_left is not None and method.type == "recoveryCodes":
        return f"{method.codes_left} of 10 codes left"
    if method.usable_until:
        return f"Works until {_moment(method.usable_until)}"
    return method.display_name


def _named(entry: Entry, account: Account) -> str:
    method = account.method(entry.method_id or "")
    if method and method.name:
        return method.name
    words = WORDS.get(entry.method_type or "")
    return _with_mask(words.name.label if words else "A method", entry.name)


def _with_mask(label: str, masked: str | None) -> str:
    """What a method is, and which one, where its mask says more than its label."""
    says_more = masked and masked.lower() not in label.lower()
    return f"{label} ({masked})" if says_more else label


def _activity_text(entry: Entry, name: str) -> str | None:
    detail = entry.detail or ""
    text = HAPPENED.get(f"{entry.event}.{detail}") or HAPPENED.get(entry.event) or REASONS.get(detail)
    if entry.event == "DefaultMethodChanged" and entry.method_id is None:
        text = "You have no default method any more."
    return text.format(name=name) if text else None


def _day(moment: datetime) -> str:
    return format_date(moment, format="d MMMM y", locale="en_GB")


def _moment(moment: datetime) -> str:
    return f"{_day(moment)}, {moment.strftime('%H:%M')} UTC"
