"""Help for whoever asks: somebody in a session, which goes on meanwhile, and somebody who cannot sign in."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from services.enrollment.components import components_of
from services.enrollment.i18n import gettext as _
from services.enrollment.methods.authenticator_app.pages import APP_PATH
from services.enrollment.web.help.topics import GROUPS, TOPICS
from services.enrollment.web.help.views import HelpIndexView, HelpView
from services.enrollment.web.rendering import View
from services.enrollment.web.request import (
    PageRequest,
    frame,
    html,
    html_for_anybody,
    recognise,
    recognise_verifying,
    tenant_frame,
)
from services.enrollment.web.views import Frame, MessageView
from services.enrollment.web.words import ALL_HELP, BACK_TO_APPLICATION, PRODUCT
from services.kit.errors import ProblemError
from services.kit.mongo.client import DatabaseError

router = APIRouter(prefix="/help", include_in_schema=False)

HELP: Final = _("Help")
NO_SUCH_TOPIC: Final = (
    _("There is no such help page"),
    _("Perhaps the address was mistyped. All help pages are listed in one place."),
)


RESETS = frozenset({"cant-sign-in", "reset-password"})
"""What the page of the reset helps with."""

Organisation = Annotated[str, Query(alias="tenant", max_length=64)]
"""For whom there is no session: a platform that links to a page says which organisation's it is."""


@router.get("")
async def show_topics(request: Request, tenant: Organisation = "") -> Response:
    """All that there is help for."""
    page = await _recognised(request)
    return _answered(page, HelpIndexView(_frame(request, page, HELP, tenant), GROUPS, back=_back(page)))


@router.get("/{name}")
async def show_topic(request: Request, name: str, tenant: Organisation = "") -> Response:
    """One topic; 404 where there is none of that name."""
    page, topic = await _recognised(request), TOPICS.get(name)
    if topic is None:
        heading, text = NO_SUCH_TOPIC
        message = MessageView(_frame(request, page, heading, tenant), heading, text, action=ALL_HELP)
        return _answered(page, message, 404)
    components = components_of(request)
    view = HelpView(
        frame=_frame(request, page, topic.title, tenant),
        topic=topic,
        related=tuple(TOPICS[other] for other in topic.related),
        back=_back(page),
        reset_page=_reset_page(request, page, tenant) if name in RESETS else None,
        app_url=f"{components.settings.authenticator_origin}{APP_PATH}" if topic.shows_app else None,
    )
    return _answered(page, view)


def _reset_page(request: Request, page: PageRequest | None, tenant: str) -> str | None:
    known = page.principal.account.tenant if page else tenant
    found = components_of(request).config.tenants.get(known) if known else None
    return found.texts.password_reset if found else None


async def _recognised(request: Request) -> PageRequest | None:
    """Who asks, if it can be told: help is there without a session, and without a database."""
    in_setup = await _suppressed(recognise, request)
    if in_setup and _is_open(in_setup):
        return in_setup
    return await _suppressed(recognise_verifying, request) or in_setup


async def _suppressed(recognised: Callable[[Request], Awaitable[PageRequest]], request: Request) -> PageRequest | None:
    with contextlib.suppress(ProblemError, DatabaseError):
        return await recognised(request)
    return None


def _frame(request: Request, page: PageRequest | None, title: str, tenant: str) -> Frame:
    components = components_of(request)
    if page and _is_open(page):
        return frame(page, None, title=title)
    known = page.principal.account.tenant if page else tenant
    if not known or known not in components.config.tenants:
        return Frame(organization=PRODUCT, title=title)
    return tenant_frame(components, known, title)


def _back(page: PageRequest | None) -> tuple[str, str] | None:
    if page is None:
        return None
    return (_("Go on where you were"), page.site.page) if _is_open(page) else (BACK_TO_APPLICATION, page.site.leave)


def _is_open(page: PageRequest) -> bool:
    return page.principal.session.is_open(page.components.clock.now())


def _answered(page: PageRequest | None, view: View, status: int = 200) -> Response:
    return html_for_anybody(view, status) if page is None else html(page.principal, view, status)
