"""Texts for people: `templates/{channel}/{locale}.txt`."""

from pathlib import Path

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from schemas.base import Channel

TEMPLATES = Path(__file__).parent / "templates"
FALLBACK = "en"


class Texts:
    """The templates of one channel, read once."""

    def __init__(self, channel: Channel, folder: Path = TEMPLATES) -> None:
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,  # plain text, no HTML
        )
        self._templates: dict[str, Template] = {
            path.stem.lower(): environment.from_string(path.read_text(encoding="utf-8"))
            for path in (folder / channel).glob("*.txt")
        }

    @property
    def locales(self) -> frozenset[str]:
        """The languages that there are."""
        return frozenset(self._templates)

    def render(self, locale: str, **values: object) -> str:
        """The text in the language nearest to `locale` (BCP 47, lookup of RFC 4647, section 3.4), else in English."""
        return self._nearest(locale).render(**values)

    def _nearest(self, locale: str) -> Template:
        parts = locale.lower().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        found = next((name for name in candidates if name in self._templates), FALLBACK)
        return self._templates[found]
