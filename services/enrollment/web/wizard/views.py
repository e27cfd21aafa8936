"""What the wizard shows that belongs to no method: its prompt, what is on file, and its end."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.web.views import Frame


@dataclass(frozen=True)
class MethodLine:
    """A method that is set up; `detail` is masked. `guide` is its help page."""

    type: str
    label: str
    detail: str
    role: str
    guide: str = ""


@dataclass(frozen=True)
class SkipOffer:
    """How many skips are left, of how many, and the day from which on there are none."""

    left: int
    of: int
    required_on: str


@dataclass(frozen=True)
class PromptView:
    """More information required. `skip` where it can be put off; `used_up` where it no longer can. `reason` is the
    organisation's own sentence."""

    template: ClassVar[str] = "wizard/prompt.html"
    step: ClassVar[str] = "prompt"

    frame: Frame
    skip: SkipOffer | None = None
    used_up: bool = False
    reason: str | None = None
    error: None = None


@dataclass(frozen=True)
class SuccessView:
    """Everything that is set up."""

    template: ClassVar[str] = "wizard/success.html"
    step: ClassVar[str] = "success"

    frame: Frame
    methods: tuple[MethodLine, ...]
    error: None = None


@dataclass(frozen=True)
class ConfirmView:
    """Whether what is on file is still right: one button where it is."""

    template: ClassVar[str] = "wizard/confirm.html"
    step: ClassVar[str] = "confirm"

    frame: Frame
    rows: tuple[MethodRow, ...]
    error: None = None
