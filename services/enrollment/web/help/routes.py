"""Help for whoever asks: somebody in a session, which goes on meanwhile, and somebody who cannot sign in."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.enrollment.methods.authenticator_app.pages import APP_PATH
from services.enrollment.parts import Parts
from services.enrollment.web.help.topics import GROUPS, TOPICS
from services.enrollment.web.rendering import Frame, HelpIndexView, HelpView, MessageView, View
from services.enrollment.web.request import (
    Here,
    frame,
    html,
    html_for_anybody,
    recognise,
    recognise_verifying,
    tenant_frame,
)
from services.kit.errors import ProblemError
from services.kit.mongo.client import DatabaseError

router = APIRouter(prefix="/help", include_in_schema=False)

NO_SUCH_TOPIC = (
    "There is no such help page",
    "Perhaps the address was mistyped. All help pages are listed in one place.",
)


Organisation = Annotated[str, Query(alias="tenant", max_length=64)]
"""For whom there is no session: a platform that links to a page says which organisation's it is."""


@router.get("")
async def show_topics(request: Request, tenant: Organisation = "") -> Response:
    """All that there is help for."""
    here = await _recognised(request)
    return _answered(here, HelpIndexView(_frame(request, here, "Help", tenant), GROUPS, back=_back(here)))


@router.get("/{name}")
async def show_topic(request: Request, name: str, tenant: Organisation = "") -> Response:
    """One topic; 404 where there is none of that name."""
    here, topic = await _recognised(request), TOPICS.get(name)
    if topic is None:
        heading, text = NO_SUCH_TOPIC
        message = MessageView(_frame(request, here, heading, tenant), heading, text, action=("All help pages", "/help"))
        return _answered(here, message, 404)
    parts: Parts = request.app.state.parts
    view = HelpView(
        frame=_frame(request, here, topic.title, tenant),
        topic=topic,
        related=tuple(TOPICS[other] for other in topic.related),
        back=_back(here),
        app_url=f"{parts.settings.authenticator_origin}{APP_PATH}" if topic.shows_app else None,
    )
    return _answered(here, view)


async def _recognised(request: Request) -> Here | None:
    """Who asks, if it can be told: help is there without a session, and without a database."""
    in_setup = await _suppressed(recognise, request)
    if in_setup and _is_open(in_setup):
        return in_setup
    return await _suppressed(recognise_verifying, request) or in_setup


async def _suppressed(recognised: Callable[[Request], Awaitable[Here]], request: Request) -> Here | None:
    with contextlib.suppress(ProblemError, DatabaseError):
        return await recognised(request)
    return None


def _frame(request: Request, here: Here | None, title: str, tenant: str) -> Frame:
    parts: Parts = request.app.state.parts
    if here and _is_open(here):
        return frame(here, None, title=title)
    known = here.visit.account.tenant if here else tenant
    if not known or known not in parts.config.tenants:
        return Frame(organization="Security info", title=title)
    return tenant_frame(parts, known, title)


def _back(here: Here | None) -> tuple[str, str] | None:
    if here is None:
        return None
    return (
        ("Go on where you were", here.place.page) if _is_open(here) else ("Back to the application", here.place.leave)
    )


def _is_open(here: Here) -> bool:
    return here.visit.session.is_open(here.parts.clock.now())


def _answered(here: Here | None, view: View, status: int = 200) -> Response:
    return html_for_anybody(view, status) if here is None else html(here.visit, view, status)
