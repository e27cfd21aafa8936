"""What "My security info" shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.enrollment.web.views import Choice, FieldError, Frame


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
        """The person's own name for it, else what it is."""
        return self.name or self.label

    @property
    def about(self) -> tuple[str, ...]:
        """What the title does not say already."""
        return tuple(part for part in dict.fromkeys((self.label, self.detail)) if part and part != self.title)


@dataclass(frozen=True)
class ManageView:
    """Everything on file. `former` are methods that can be brought back; `return_label` names where the person came
    from.
    """

    template: ClassVar[str] = "security_info/manage.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    rows: tuple[MethodRow, ...]
    can_add: bool
    new_phone: bool
    return_label: str
    former: tuple[MethodRow, ...] = ()
    error: None = None


@dataclass(frozen=True)
class ConfirmView:
    """Whether what is on file is still right: one button where it is."""

    template: ClassVar[str] = "security_info/confirm.html"
    step: ClassVar[str] = "confirm"

    frame: Frame
    rows: tuple[MethodRow, ...]
    error: None = None


@dataclass(frozen=True)
class AddView:
    """What can be added; the form's field is `method`."""

    template: ClassVar[str] = "security_info/add.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    choices: tuple[Choice, ...]
    chosen: str = ""
    error: FieldError | None = None


@dataclass(frozen=True)
class RenameView:
    """A name of the person's own for a method; `name` is what the field shows."""

    template: ClassVar[str] = "security_info/rename.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    row: MethodRow
    name: str
    error: FieldError | None = None


@dataclass(frozen=True)
class DeleteView:
    """Ask once before deleting. `remains` names what is left; `lost` offers to say that it was lost or stolen.

    With an `error` the method can't be deleted.
    """

    template: ClassVar[str] = "security_info/delete.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    row: MethodRow
    remains: tuple[str, ...]
    lost: bool
    error: FieldError | None = None


@dataclass(frozen=True)
class NewPhoneView:
    """What happens when the app moves to a new phone; `choices` are the apps where there are several."""

    template: ClassVar[str] = "security_info/new_phone.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    row: MethodRow
    choices: tuple[Choice, ...] = ()
    error: FieldError | None = None


@dataclass(frozen=True)
class ActivityRow:
    """Something that happened, as a sentence."""

    at: datetime
    text: str


@dataclass(frozen=True)
class ActivityView:
    """What happened to the person's security info, the newest first."""

    template: ClassVar[str] = "security_info/activity.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    rows: tuple[ActivityRow, ...]
    error: None = None
