"""The rows of "My security info": methods on file, methods that may come back or be added, and what happened."""

from services.enrollment.accounts.domain.account import Account, Former, Method
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.accounts.handlers.self_service import Addable
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, TRAITS
from services.enrollment.methods.registry.words import WORDS, name_of
from services.enrollment.web.security_info.views import ActivityRow, MethodRow
from services.enrollment.web.security_info.words import activity_text, since
from services.enrollment.web.views import Choice
from services.enrollment.web.words import day, moment, with_mask


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
        last_used=f"{what}; can be brought back until {day(former.until)}",
        actions=("restore",),
    )


def activity_row(entry: Entry, account: Account) -> ActivityRow | None:
    """What happened, in a sentence; None for what needs no word."""
    text = activity_text(entry, _named(entry, account))
    return ActivityRow(at=entry.at, text=text) if text else None


def choice_of(addable: Addable) -> Choice:
    """A method that can be added, with a sentence."""
    name = WORDS[addable[0]].name_of(addable[1])
    return value_of(addable), name.label, name.set_up


def value_of(addable: Addable) -> str:
    return f"{addable[0]}.{addable[1]}" if addable[1] else addable[0]


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
    if method.codes_left is not None and not TRAITS[method.type].is_handed_out:
        return f"{method.codes_left} of 10 codes left"
    if method.usable_until:
        return f"Works until {moment(method.usable_until)}"
    return method.display_name


def _named(entry: Entry, account: Account) -> str:
    method = account.method(entry.method_id or "")
    if method and method.name:
        return method.name
    words = WORDS.get(entry.method_type or "")
    return with_mask(words.name.label if words else "A method", entry.name)
