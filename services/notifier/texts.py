"""Texts for people: `templates/{channel}/{locale}.txt`, or `templates/{channel}/{kind}/{locale}.txt` and `.html`."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from babel.dates import format_skeleton
from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.kit import cldr

TEMPLATES = Path(__file__).parent / "templates"
FALLBACK = "en"
MINUTE = timedelta(minutes=1)


class Texts:
    """The templates in one folder, each read when it is first needed. Values are escaped in HTML alone.

    A template knows its `language` (BCP 47), the `direction` of its letters (`ltr` or `rtl`), and at which side its
    lines `start` and `end`. Its filters write numbers, dates and times as the language does.
    """

    def __init__(self, folder: str, suffix: str = ".txt", *, templates: Path = TEMPLATES) -> None:
        self._environment = environment(templates)
        self._names = {path.stem.lower(): f"{folder}/{path.name}" for path in (templates / folder).glob(f"*{suffix}")}

    def render(self, locale: str, **values: object) -> str:
        """The text in the nearest language."""
        language = self.language(locale)
        direction = cldr.locale_of(language).text_direction
        start, end = ("right", "left") if direction == "rtl" else ("left", "right")
        template = self._environment.get_template(self._names[language])
        return template.render(language=language, direction=direction, start=start, end=end, **values)

    def language(self, locale: str) -> str:
        """The language nearest to `locale` (BCP 47, lookup of RFC 4647, section 3.4), else English."""
        parts = locale.lower().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((name for name in candidates if name in self._names), FALLBACK)


@cache
def environment(templates: Path = TEMPLATES) -> ImmutableSandboxedEnvironment:
    """What templates are read with, and where they stay once they are read: to read all of them in all languages takes
    longer than anything else of a start. A place that is not filled in is an error."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        auto_reload=False,
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
