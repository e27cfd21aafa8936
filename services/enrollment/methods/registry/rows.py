"""Methods on file, as pages list them, and as they call the one that an event is about."""

from dataclasses import dataclass
from typing import Literal

from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, TRAITS
from services.enrollment.methods.registry.words import WORDS, name_of
from services.enrollment.web.words import day, moment, with_mask


@dataclass(frozen=True)
class MethodRow:
    """A method on file. `label` is what it is, `name` what the person calls it, `detail` is masked.

    `last_used` is a sentence. `actions` are among `change`, `rename`, `default`, `delete` and `restore`.
    """

    id: str
    type: str
    label: str
    detail: str
    name: str | None
    role: Literal["Default", "Backup"] | None
    state: Literal["active", "suspended", "disabled"]
    last_used: str | None
    actions: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.name or self.label

    @property
    def about(self) -> tuple[str, ...]:
        return tuple(part for part in dict.fromkeys((self.label, self.detail)) if part and part != self.title)


def method_row(method: Method, account: Account) -> MethodRow:
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


def method_rows(account: Account) -> tuple[MethodRow, ...]:
    """All methods, the default first."""
    ordered = sorted(account.methods, key=lambda method: method.id != account.default_method_id)
    return tuple(method_row(method, account) for method in ordered)


def kind_in(entry: Entry) -> str:
    """The type of method that an event is about. Which one, the list and the activity say."""
    words = WORDS.get(entry.method_type or "")
    return words.name.label if words else "A method"


def name_in(entry: Entry, account: Account) -> str:
    """The method that an event is about, as the person calls it, else by its type and mask."""
    method = account.method(entry.method_id or "")
    return method.name if method and method.name else with_mask(kind_in(entry), entry.name)


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


def since(method: Method) -> str:
    """When it was used last, or since when it is there."""
    if method.last_used_at:
        return f"Last used on {day(method.last_used_at)}"
    return f"Added on {day(method.created_at)}"
