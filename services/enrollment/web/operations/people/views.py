"""What the help desk shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import SecretStr

from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.web.views import Choice, FieldError, FormKey, Frame


@dataclass(frozen=True)
class FindView:
    """Where an agent names a person; `named` is what was typed."""

    template: ClassVar[str] = "operations/people.html"
    step: ClassVar[str] = ""

    frame: Frame
    named: str = ""
    error: FieldError | None = None


@dataclass(frozen=True)
class Line:
    """A method, and what can be done with it: a label and an address, or nothing."""

    row: MethodRow
    state: str
    act: tuple[str, str] | None = None


@dataclass(frozen=True)
class MessageRow:
    """A message that was asked for: what and to where, what is known of it, and why it was asked for."""

    at: datetime
    what: str
    state: str
    about: str
    is_bad: bool


@dataclass(frozen=True)
class StoryRow:
    """Something that happened, as a sentence about the person; `more` is who did it for them, and why, `device` the
    browser and country as far as they are known."""

    at: datetime
    text: str
    more: str = ""
    device: str = ""
    times: int = 1


@dataclass(frozen=True)
class PersonView:
    """A person: who it is, what they have, and what happened. `acts` are a label, an address and a sentence each; empty
    where nothing can be done for them here, as `notice` then says. `done` is what the agent did just now."""

    template: ClassVar[str] = "operations/person.html"
    step: ClassVar[str] = ""

    frame: Frame
    name: str
    user_name: str
    user: str
    methods: tuple[Line, ...]
    former: tuple[Line, ...]
    acts: tuple[tuple[str, str, str], ...]
    messages: tuple[MessageRow, ...]
    story: tuple[StoryRow, ...]
    done: str | None = None
    notice: str | None = None
    error: None = None


@dataclass(frozen=True)
class ActView:
    """Asks once more, says what follows, and takes the reason. `form` is the key of this form, `row` the method."""

    template: ClassVar[str] = "operations/act.html"
    step: ClassVar[str] = ""

    frame: Frame
    name: str
    back: str
    to: str
    button: str
    follows: tuple[str, ...]
    reasons: tuple[Choice, ...]
    form: FormKey
    reason: str = ""
    ticket: str = ""
    row: MethodRow | None = None
    error: FieldError | None = None


@dataclass(frozen=True)
class PassView:
    """The pass, this once, in groups to be read out."""

    template: ClassVar[str] = "operations/pass.html"
    step: ClassVar[str] = ""

    frame: Frame
    name: str
    back: str
    groups: tuple[SecretStr, ...]
    until: str
    error: None = None
