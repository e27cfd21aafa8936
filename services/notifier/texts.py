"""Texts for people: `templates/{channel}/{locale}.txt`, or `templates/{channel}/{kind}/{locale}.txt` and `.html`."""

from datetime import datetime, timedelta
from pathlib import Path

from babel.dates import format_skeleton
from jinja2 import FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.kit import cldr

TEMPLATES = Path(__file__).parent / "templates"
FALLBACK = "en"
MINUTE = timedelta(minutes=1)


class Texts:
    """The templates in one folder, read once. Values are escaped in HTML alone.

    A template knows its `language` (BCP 47), the `direction` of its letters (`ltr` or `rtl`), and at which side its
    lines `start` and `end`. Its filters write numbers, dates and times as the language does.
    """

    def __init__(self, folder: str, suffix: str = ".txt", *, templates: Path = TEMPLATES) -> None:
        made = environment(templates)
        self._templates: dict[str, Template] = {
            path.stem.lower(): made.get_template(f"{folder}/{path.name}")
            for path in (templates / folder).glob(f"*{suffix}")
        }

    def render(self, locale: str, **values: object) -> str:
        """The text in the nearest language."""
        language = self.language(locale)
        direction = cldr.locale_of(language).text_direction
        start, end = ("right", "left") if direction == "rtl" else ("left", "right")
        return self._templates[language].render(language=language, direction=direction, start=start, end=end, **values)

    def language(self, locale: str) -> str:
        """The language nearest to `locale` (BCP 47, lookup of RFC 4647, section 3.4), else English."""
        parts = locale.lower().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((name for name in candidates if name in self._templates), FALLBACK)


def environment(templates: Path = TEMPLATES) -> ImmutableSandboxedEnvironment:
    """What templates are read with: a place that is not filled in is an error."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=lambda name: (name or "").endswith(".html"),
    )
    made.filters |= {"duration": _duration, "day": _day, "clock": _clock, "isolated": cldr.isolated}
    return made


def whole_minutes(life: timedelta) -> int:
    """How long a code works, as people are told: rounded up, at least one minute."""
    return max(1, -(-life // MINUTE))


@pass_context
def _duration(context: Context, minutes: int) -> str:
    """As "5 minutes"."""
    return cldr.duration(minutes, "minute", context["language"])


@pass_context
def _day(context: Context, at: datetime) -> str:
    """As "5 December 2026"."""
    return cldr.long_date(at, context["language"])


@pass_context
def _clock(context: Context, at: datetime) -> str:
    """As "16:05", of 24 hours in each language."""
    return format_skeleton("Hm", at, locale=cldr.locale_of(context["language"]))
