"""What "My security info" shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.web.security_info.words import MORE, TIMES
from services.enrollment.web.views import Choice, FieldError, Frame, MethodChoice


@dataclass(frozen=True)
class RecentChanges:
    """What changed since the person was last here: the newest few, in sentences; `more` are not shown."""

    since: str
    texts: tuple[str, ...]
    more: int

    @property
    def others(self) -> str:
        """How many are not shown."""
        return MORE.of(self.more)


@dataclass(frozen=True)
class ManageView:
    """Everything on file. `former` are methods that can be brought back; `return_label` is the
    way out; `news` is what others than this browser did, `done` what the person did just now; `elsewhere` are the
    person's other sessions.
    """

    template: ClassVar[str] = "security_info/manage.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    rows: tuple[MethodRow, ...]
    can_add: bool
    new_phone: bool
    return_label: str
    former: tuple[MethodRow, ...] = ()
    news: RecentChanges | None = None
    elsewhere: tuple[str, ...] = ()
    done: str | None = None
    error: None = None


@dataclass(frozen=True)
class AddView:
    """What can be added; the form's field is `method`."""

    template: ClassVar[str] = "security_info/add.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    choices: tuple[MethodChoice, ...]
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
    """Something that happened, as a sentence; `where` says whether it was in this browser, `device` what that one calls
    itself and in which country it was, `times` how often in a row. `disown` is what its "This wasn't me" names, `why`
    the reason that the help desk gave."""

    at: datetime
    text: str
    where: str | None = None
    device: str | None = None
    times: int = 1
    disown: str | None = None
    why: str | None = None

    @property
    def often(self) -> str:
        """How often in a row."""
        return TIMES.of(self.times)


@dataclass(frozen=True)
class DisownView:
    """Asks once whether something that happened wasn't the person; `entry` names it. `suspends` where that takes a
    method away."""

    template: ClassVar[str] = "security_info/disown.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    text: str
    entry: str
    suspends: bool
    error: None = None


@dataclass(frozen=True)
class ActivityView:
    """What happened to the person's security info, the newest first."""

    template: ClassVar[str] = "security_info/activity.html"
    step: ClassVar[str] = "manage"

    frame: Frame
    rows: tuple[ActivityRow, ...]
    error: None = None
