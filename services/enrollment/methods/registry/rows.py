"""Methods on file, as pages list them, and as they call the one that an event is about."""

from dataclasses import dataclass
from typing import Final, Literal

from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import long_date, ngettext_lazy
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, TRAITS
from services.enrollment.methods.registry.words import WORDS, detail_of, name_of, shown_name
from services.enrollment.web.words import BACKUP, DEFAULT, moment, with_mask

_LEFT: Final = ngettext_lazy("{number} of 10 codes left", "{number} of 10 codes left")


@dataclass(frozen=True)
class MethodRow:
    """A method on file. `label` is what it is, `name` what the person calls it, `detail` is masked.

    `role` is what it is for, where it can be used. `last_used` is a sentence. `actions` are among `change`, `rename`,
    `default`, `delete` and `restore`.
    """

    id: str
    type: str
    label: str
    detail: str
    name: str | None
    role: str | None
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
        role=None if method.state != "active" else DEFAULT if is_default else BACKUP,
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
    return words.name.label if words else _("A method")


def name_in(entry: Entry, account: Account) -> str:
    """The method that an event is about, as the person calls it, else by its type and mask."""
    method = account.method(entry.method_id or "")
    if method and method.name:
        return method.name
    return with_mask(kind_in(entry), shown_name(entry.method_type, entry.name))


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
        return _LEFT.of(method.codes_left)
    if method.usable_until:
        return _("Works until {moment}").format(moment=moment(method.usable_until))
    return detail_of(method)


def since(method: Method) -> str:
    """When it was used last, or since when it is there."""
    if method.last_used_at:
        return _("Last used on {day}").format(day=long_date(method.last_used_at))
    return _("Added on {day}").format(day=long_date(method.created_at))
