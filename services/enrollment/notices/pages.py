"""The page of the link in a notice: "This wasn't me?"."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import SecretStr

from services.enrollment.components import Components, components_of
from services.enrollment.notices.handlers import read_notice, repudiate
from services.enrollment.notices.views import NotMeView
from services.enrollment.notices.words import NOT_ME, THANKS, notice_text, what_happened, what_will_happen
from services.enrollment.web.request import html_for_anybody, tenant_frame
from services.enrollment.web.views import MANAGE
from services.kit.http.client import address_of

router = APIRouter(prefix=MANAGE, include_in_schema=False)


@router.get("/not-me")
async def show_not_me(request: Request, token: Annotated[str, Query(max_length=256)] = "") -> Response:
    """What changed, and one button. Opening it does nothing: mail scanners open links."""
    components = await _admitted(request)
    notice = await read_notice(token, components.deps)
    organization = components.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=replace(tenant_frame(components, notice.tenant, NOT_ME), now=components.clock.now()),
        text=notice_text(notice),
        token=SecretStr(token),
        done=False,
        what=what_will_happen(notice, organization),
    )
    return html_for_anybody(view)


@router.post("/not-me")
async def not_me(request: Request, token: Annotated[str, Form(max_length=256)] = "") -> Response:
    """What the button does, and what to do next."""
    components = await _admitted(request)
    notice = await repudiate(token, components.deps)
    organization = components.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=tenant_frame(components, notice.tenant, THANKS),
        text=notice_text(notice),
        token=SecretStr(""),
        done=True,
        what=what_happened(notice, organization),
    )
    return html_for_anybody(view)


async def _admitted(request: Request) -> Components:
    """Whoever guesses tokens is held up by address."""
    components = components_of(request)
    await components.deps.limiter.admit("address", address_of(request))
    return components
