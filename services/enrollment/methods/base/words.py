"""What a method must say in words: what it is called, its steps, and what it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from schemas.base import MethodType
from services.enrollment.i18n import gettext as _


@dataclass(frozen=True)
class Done:
    """What the last step says. `as_default` is said instead of `text` where the new method became the default one, and
    `changed` where it took the place of an earlier value; `replaced` besides where another method went for it."""

    heading: str
    text: str
    as_default: str | None = None
    changed: str | None = None
    next_label: str = _("Done")
    replaced: str | None = None


@dataclass(frozen=True)
class Name:
    """What a method is called, and a sentence about setting it up."""

    label: str
    set_up: str


@dataclass(frozen=True, kw_only=True)
class MethodWords:
    """The words of a type of method.

    `prove` offers it as a proof (`{where}` is its display name, or the device's), and `prove_by` where that depends on
    how it is reached. `titles` has a title for each step; `progress` the steps that are counted, with their labels, and
    `instead` the steps that are another way through one of those. `variants` are its names by the type of phone.
    `which` says which one it is, in the reader's language, from the display name that is stored, in English.
    """

    type: MethodType
    name: Name
    prove: str
    prove_by: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    progress: tuple[tuple[str, str], ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, Name] = field(default_factory=dict)
    guide: str = ""
    """The help page of this method."""
    is_known_by_device: bool = False
    """People call it by its display name, the device's."""
    which: Callable[[str], str] | None = None

    def name_of(self, variant: str | None) -> Name:
        return self.variants.get(variant or "", self.name)

    def shown(self, display_name: str) -> str:
        """A stored display name in the reader's language. One without words, as a mask, is the same in each."""
        if self.which:
            return self.which(display_name)
        return self.name.label if display_name == self.name.label else display_name
