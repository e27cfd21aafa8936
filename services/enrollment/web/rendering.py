"""How views become HTML. A view is plain data and names its template; the templates lie in the rooms of their pages."""

from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, cast

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services.enrollment import i18n
from services.enrollment.web import words
from services.enrollment.web.assets import static_url, stylesheet_url
from services.enrollment.web.views import FieldError, Frame

ENROLLMENT: Final = Path(__file__).parents[1]
SHARED: Final = ENROLLMENT / "web/templates"
ROOMS: Final = ("methods/*/templates", "proofs/*/templates", "web/*/templates", "notices/templates")
"""Where templates lie, besides those that all pages share: `room/page.html` is `page.html` of the folder `room`."""


class View(Protocol):
    """What a page shows. `step` is the step's name in forms, empty where no form belongs to one; `error` is in the
    title."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def template(self) -> str: ...

    @property
    def frame(self) -> Frame: ...

    @property
    def step(self) -> str: ...

    @property
    def error(self) -> FieldError | str | None: ...


class Pages:
    """Turns views into pages. Every value is escaped; a name that a template does not find is an error."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=_templates(),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        translate(self._environment)
        self._environment.globals.update(
            static_url=static_url, stylesheet_url=stylesheet_url, texts=words, live=words.LIVE
        )

    def render(self, view: View) -> str:
        """The page as a full HTML document."""
        template = self._environment.get_template(view.template)
        return template.render(view=view, frame=view.frame, step=view.step)


def translate(environment: Environment) -> None:
    """Let templates mark texts, `_("Next")` or `{% trans %}`, and read them in the language of the request."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: str(i18n.gettext(text)), i18n.ngettext, newstyle=True
    )
    known = cast("dict[str, Callable[..., str]]", environment.globals)
    known |= {name: _isolating(known[name]) for name in ("gettext", "ngettext")}
    environment.policies["json.dumps_function"] = i18n.to_json
    environment.globals.update(
        language=i18n.language,
        direction=i18n.direction,
        long_date=i18n.long_date,
        clock_time=i18n.clock_time,
        minutes=i18n.minutes,
        isolated=i18n.isolated,
    )


def _isolating(read: Callable[..., str]) -> Callable[..., str]:
    """Fills a text in as `Text.format` does, markup included."""

    @pass_context
    def filled(context: Context, *texts: object, **places: object) -> str:
        return read(context, *texts, **{name: i18n.isolated(place) for name, place in places.items()})

    return filled


def _templates() -> BaseLoader:
    folders = [folder for room in ROOMS for folder in sorted(ENROLLMENT.glob(room))]
    return ChoiceLoader(
        [FileSystemLoader(SHARED), PrefixLoader({folder.parent.name: FileSystemLoader(folder) for folder in folders})]
    )
