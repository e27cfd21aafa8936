"""Texts for people: `templates/{channel}/{locale}.txt`, or `templates/{channel}/{kind}/{locale}.txt` and `.html`."""

from datetime import timedelta
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = Path(__file__).parent / "templates"
FALLBACK = "en"
MINUTE = timedelta(minutes=1)


class Texts:
    """The templates in one folder, read once. Values are escaped in HTML alone."""

    def __init__(self, folder: str, suffix: str = ".txt", *, templates: Path = TEMPLATES) -> None:
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            autoescape=lambda name: (name or "").endswith(".html"),
        )
        self._templates: dict[str, Template] = {
            path.stem.lower(): environment.get_template(f"{folder}/{path.name}")
            for path in (templates / folder).glob(f"*{suffix}")
        }

    def render(self, locale: str, **values: object) -> str:
        """The text in the language nearest to `locale` (BCP 47, lookup of RFC 4647, section 3.4), else in English."""
        return self._nearest(locale).render(**values)

    def _nearest(self, locale: str) -> Template:
        parts = locale.lower().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        found = next((name for name in candidates if name in self._templates), FALLBACK)
        return self._templates[found]


def whole_minutes(life: timedelta) -> int:
    """How long a code works, as people are told: rounded up, at least one minute."""
    return max(1, -(-life // MINUTE))
