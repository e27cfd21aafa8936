"""The page: a phone and an inbox on a desk. It works without JavaScript; a script only keeps it up to date."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup, escape

from deploy.demo.handset.calls import CallOverError, answer, hang_up, press
from deploy.demo.handset.network import World, clear, destination
from deploy.demo.pages import templates_of
from deploy.demo.settings import WorldSettings

HERE = Path(__file__).parent
MOST_NUMBERS = 8
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For the HTML of a mail, which anybody could have sent: it may look like something, and do nothing. The pages that its
links lead to are bound by their own rules alone, as with any mail program."""
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:)]")
_BINDING = re.compile(r"\n+(@\S+ #\S+)\s*$")

To = Annotated[str, Query(max_length=320)]


def build_site(world: World, settings: WorldSettings) -> APIRouter:
    """The routes that people use."""
    router = APIRouter(include_in_schema=False)
    templates = templates_of(HERE)
    templates.env.filters |= {"linked": linked, "without_binding": without_binding, "binding": binding}

    @router.get("/")
    async def desk(request: Request, to: To = "") -> Response:
        return templates.TemplateResponse(request, "desk.html", _view(world, settings, to))

    @router.get("/live")
    async def live(request: Request, to: To = "", after: int = -1) -> Response:
        world.looked_at = world.now()
        if after == world.version:
            return Response(status_code=204)
        return templates.TemplateResponse(request, "live.html", _view(world, settings, to))

    @router.get("/mail/{mail_id}")
    async def mail(mail_id: str) -> Response:
        found = world.mails.get(mail_id)
        if found is None:
            raise HTTPException(404, "This mail is not here any more.")
        return HTMLResponse(f'<base target="_blank">{found.html}', headers={"Content-Security-Policy": MAIL_POLICY})

    _add_actions(router, world)
    return router


def _add_actions(router: APIRouter, world: World) -> None:
    @router.post("/calls/{call_id}")
    async def handle_call(
        call_id: str,
        to: Annotated[str, Form()] = "",
        act: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
    ) -> Response:
        with suppress(CallOverError, ValueError):  # the page that follows shows that the call is over
            _act(world, call_id, act, key)
        return _back(to)

    @router.post("/empty")
    async def empty(to: Annotated[str, Form()] = "") -> Response:
        clear(world, destination(to))
        return _back(to)


def _act(world: World, call_id: str, act: str, key: str) -> None:
    if key:
        press(world, call_id, key)
    elif act == "answer":
        answer(world, call_id)
    elif act == "decline":
        hang_up(world, call_id, "busy")
    elif act == "hangup":
        hang_up(world, call_id, "completed")


def _back(to: str) -> Response:
    return RedirectResponse("/" + (f"?{urlencode({'to': to})}" if to else ""), 303)


def _view(world: World, settings: WorldSettings, to: str) -> dict[str, Any]:
    wanted = destination(to)
    number = wanted if wanted and "@" not in wanted else None
    address = wanted.lower() if wanted and "@" in wanted else None
    texts = world.texts.newest_first(lambda text: text.arrived)
    calls = world.calls.newest_first(lambda call: call.reached_phone)
    return {
        "to": wanted or "",
        "version": world.version,
        "now": world.now(),
        "numbers": _numbers(number, [*(text.to for text in texts), *(call.to for call in calls)]),
        "texts": [text for text in texts if number in (None, text.to)][:60],
        "calls": [call for call in calls if number in (None, call.to)][:20],
        "mails": world.mails.newest_first(lambda mail: address in (None, mail.to.lower()))[:40],
        "faults": [fault for fault in world.faults.all() if fault.mode != "ok"],
        "authenticator": settings.authenticator_page,
        "northbridge": settings.northbridge_origin,
    }


def _numbers(chosen: str | None, seen: list[str]) -> list[str]:
    """The numbers to choose from: the chosen one first, so that it is in sight on a narrow screen."""
    return list(dict.fromkeys([chosen, *seen] if chosen else seen))[:MOST_NUMBERS]


def linked(text: str) -> Markup:
    """`text` with its web addresses as links in a new tab."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        pieces.append(escape(text[end : found.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(found[0]))
        end = found.end()
    pieces.append(escape(text[end:]))
    return Markup("").join(pieces)


def without_binding(body: str) -> str:
    """A text without its last, origin-bound line, which phones show apart."""
    return _BINDING.sub("", body)


def binding(body: str) -> str:
    """The origin-bound line of a text ("@host #123456"), or nothing."""
    found = _BINDING.search(body)
    return found[1] if found else ""
