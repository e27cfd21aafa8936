"""Operations: where it begins, and the reports, which need the right to them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from schemas.enrollment import Decision
from services.enrollment.accounts.handlers import self_service
from services.enrollment.reports.handlers.funnel import funnel_report
from services.enrollment.reports.handlers.messages import message_report
from services.enrollment.reports.handlers.registrations import registration_summary
from services.enrollment.sessions.handlers import progress
from services.enrollment.web.access import actor, onlooker
from services.enrollment.web.forms import Hidden
from services.enrollment.web.operations import words
from services.enrollment.web.operations.entering import elsewhere, misplaced
from services.enrollment.web.operations.views import MessagesView, OperationsView, ReportsView
from services.enrollment.web.operations.words import DECISIONS
from services.enrollment.web.request import SEE_OTHER, PageRequest, frame, html
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.views import MANAGE, OPERATIONS, Frame

router = APIRouter(prefix=OPERATIONS, include_in_schema=False)

RANGES = (7, 30, 90)


@router.get("")
async def show(request: Request) -> Response:
    """What there is."""
    page = await onlooker(request)
    away = await elsewhere(page, None)
    return away or html(page.principal, OperationsView(_frame(page, "Operations"), page.principal.session.rights))


@router.get("/reports")
async def show_reports(
    request: Request,
    days: Annotated[str, Query(max_length=8)] = "30",
    decision: Annotated[str, Query(max_length=16)] = "register",
) -> Response:
    """The funnel of the wizard, and registration in numbers; of the administrator's own tenant. An address that asks
    for what there is not shows what is shown first."""
    page = await onlooker(request)
    if (away := await elsewhere(page, "reports")) is not None:
        return away
    await page.deps.limiter.admit("session", page.principal.session.id)
    chosen = next((choice for choice in RANGES if str(choice) == days), RANGES[1])
    wanted: Decision = next((choice for choice in DECISIONS if choice == decision), "register")
    return html(page.principal, await _reports(page, chosen, wanted))


@router.get("/messages")
async def show_messages(request: Request) -> Response:
    """What became of the messages of the administrator's own tenant, and what was suspected among them."""
    page = await onlooker(request)
    if (away := await elsewhere(page, "reports")) is not None:
        return away
    await page.deps.limiter.admit("session", page.principal.session.id)
    tenant = page.principal.account.tenant
    report = await message_report(tenant, page.deps)
    view = MessagesView(
        frame=_frame(page, "Messages"),
        rows=words.messages(report.messages),
        suspected=words.suspected(report.suspected),
        mode=words.MODES[page.deps.config.pumping_of(tenant).mode],
        is_all=report.is_all,
    )
    return html(page.principal, view)


@router.post("/methods")
async def set_up(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """To "My security info", to set up what is missing."""
    page = await actor(request, session, csrf)
    if (away := misplaced(page, None)) is not None:
        return away
    await progress.leave_operations_for_methods(page.principal, page.deps)
    return RedirectResponse(f"{MANAGE}/add", SEE_OTHER)


@router.post("/leave")
async def leave(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Back to the platform."""
    page = await actor(request, session, csrf)
    if (away := misplaced(page, None)) is not None:
        return away
    principal = await self_service.leave(page.principal, page.deps)
    return await back_to_platform(PageRequest(page.components, page.cookie, principal))


async def _reports(page: PageRequest, days: int, decision: Decision) -> ReportsView:
    tenant, deps = page.principal.account.tenant, page.deps
    report = await funnel_report(tenant, decision, days, deps)
    summary, are_all = await registration_summary(tenant, deps)
    return ReportsView(
        frame=_frame(page, "Reports"),
        ranges=tuple((str(choice), f"Last {choice} days", choice == days) for choice in RANGES),
        decisions=tuple((value, label, value == decision) for value, label in DECISIONS.items()),
        started=report.funnel.started,
        endings=words.endings(report.funnel),
        under_way=report.funnel.under_way,
        groups=words.groups(report.funnel),
        people=summary.people,
        registration=words.registration(summary),
        is_all=report.is_all,
        are_all=are_all,
    )


def _frame(page: PageRequest, title: str) -> Frame:
    return frame(page, "operations", title=title)
