"""Pages of the demo world in Chromium, without its servers: Northbridge's and the handset's templates and files."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Page, Request, Route

from deploy.demo.handset.site import binding, linked, without_binding
from deploy.demo.pages import SHARED, templates_of
from tests.support.web.browser import Scheme

ORIGIN: Final = "http://127.0.0.1:8010"
NORTHBRIDGE: Final = SHARED / "northbridge"
HANDSET: Final = SHARED / "handset"
NOW: Final = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
LINKS: Final = {"handset": "#", "authenticator": "#", "help": "#", "northbridge": "#"}
PERSON: Final = SimpleNamespace(
    name="alex", display_name="Alex", user_name="alex@northbridge.example", story="Has only a password."
)
ASKS_FOR_HASH: Final = (
    "This is Northbridge. Somebody, hopefully you, wants to prove that this phone is theirs. If that is you, press the "
    "hash key, also called pound. If it is not you, press zero, then the hash key."
)


def _northbridge(template: str, **context: Any) -> str:
    return templates_of(NORTHBRIDGE).env.get_template(template).render(**LINKS, **context)


def _sign_in(*, error: bool) -> str:
    return _northbridge(
        "sign_in.html",
        error=error,
        again=False,
        session=None,
        people=[PERSON],
        user_name="alex" if error else "",
        password="",
        demo_password="demo",
    )


def _proof(problem: str | None) -> str:
    attempt = SimpleNamespace(questions=[], number="42")
    asked = "If the password of alex@northbridge.example can be reset, we have asked its owner."
    return _northbridge(
        "reset_proof.html", asked=asked, problem=problem, is_open=True, attempt=attempt, takes_code=True
    )


def _choice(choices: Mapping[str, str], error: str | None = None) -> str:
    return _northbridge("reset_method.html", error=error, second=False, choices=choices)


def _on_the_line() -> str:
    """A call that says all it can, and of which keys were pressed."""
    templates = templates_of(HANDSET).env
    templates.filters.update(linked=linked, without_binding=without_binding, binding=binding)
    call = SimpleNamespace(
        id="call-1",
        status="in-progress",
        sender="+447700900999",
        to="+447700900142",
        said=True,
        ended=False,
        at=NOW,
        pressed="12",
        body=ASKS_FOR_HASH,
    )
    shown = {"version": 1, "to": "", "now": NOW, "numbers": [call.to], "texts": [], "mails": [], "faults": []}
    return templates.get_template("desk.html").render(**LINKS, **shown, calls=[call])


WAYS: Final = {"a": "Approve a request in the authenticator app", "b": "Get a code at +44 •••• ••0142"}
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "sign-in": lambda: _sign_in(error=False),
    "sign-in-error": lambda: _sign_in(error=True),
    "cant-sign-in": lambda: _northbridge("cant_sign_in.html"),
    "reset-method": lambda: _choice(WAYS),
    "reset-method-error": lambda: _choice(WAYS, "Choose one of these."),
    "reset-method-one": lambda: _choice({"b": WAYS["b"]}),
    "reset-proof": lambda: _proof(None),
    "reset-proof-error": lambda: _proof("That isn't right; 4 tries left."),
    "reset-password-error": lambda: _northbridge(
        "reset_password.html", error="This password is too common.", shortest=8, longest=64
    ),
    "on-the-line": _on_the_line,
}


async def show(page: Page, name: str, *, width: int, height: int = 760, scheme: Scheme = "light") -> None:
    """One of `PAGES`, in a window of that size."""
    site = HANDSET if name == "on-the-line" else NORTHBRIDGE

    async def answer(route: Route, request: Request) -> None:
        path = urlsplit(request.url).path
        if path == "/page":
            await route.fulfill(body=PAGES[name](), content_type="text/html")
        elif file := _file(path, site):
            await route.fulfill(path=file)
        else:
            await route.fulfill(status=404)

    await page.unroute_all()
    await page.route("**/*", answer)
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{ORIGIN}/page")


def _file(path: str, site: Path) -> Path | None:
    for prefix, folder in (("shared/", SHARED / "static"), ("branding/", SHARED / "branding"), ("", site / "static")):
        name = path.removeprefix(f"/static/{prefix}")
        if name != path and (folder / name).is_file():
            return folder / name
    return None
