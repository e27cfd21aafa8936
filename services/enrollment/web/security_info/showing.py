"""The pages of "My security info", each filled from the account."""

from fastapi import Response

from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.activity import Entry, readable
from services.enrollment.accounts.domain.methods import is_last_required
from services.enrollment.accounts.handlers import self_service
from services.enrollment.accounts.handlers.disowning import suspends
from services.enrollment.accounts.handlers.news import news_for
from services.enrollment.methods.registry.choices import to_set_up
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.methods.registry.rows import method_row, method_rows, since
from services.enrollment.methods.registry.words import label_of
from services.enrollment.sessions.domain.session import Session
from services.enrollment.web.request import (
    PageRequest,
    frame,
    html,
)
from services.enrollment.web.security_info import rows, words
from services.enrollment.web.security_info.views import (
    ActivityView,
    AddView,
    DeleteView,
    DisownView,
    ManageView,
    NewPhoneView,
    RenameView,
)
from services.enrollment.web.views import FieldError, Frame
from services.enrollment.web.words import MANAGING
from services.kit.errors import NotFoundError, UnknownMethodError


def _frame(page: PageRequest, title: str, notice: str | None = None) -> Frame:
    return frame(page, "manage", notice, title=title)


def method_of(page: PageRequest, method_id: str) -> Method:
    method = page.principal.account.method(method_id)
    if method is None:
        raise UnknownMethodError
    return method


async def list_page(
    page: PageRequest, notice: str | None = None, status: int = 200, *, done: str | None = None
) -> Response:
    account, now = page.principal.account, page.components.clock.now()
    since, news = await news_for(page.principal, page.deps)
    organization = page.components.config.tenant(account.tenant).display_name
    restorable = {
        former.method.id: former
        for former in account.former
        if account.former_method(former.method.id, "person", now) == former
    }
    view = ManageView(
        frame=_frame(page, MANAGING, notice),
        rows=method_rows(account),
        can_add=bool(self_service.addable(account, page.deps)),
        new_phone=bool(_on_a_phone(account)),
        return_label=_way_out(page.principal.session, organization),
        former=tuple(rows.former_row(former) for former in restorable.values()),
        news=rows.news_of(news, since),
        elsewhere=tuple(map(rows.open_session, self_service.open_elsewhere(page.principal, page.deps))),
        done=done,
    )
    return html(page.principal, view, status)


def _way_out(session: Session, organization: str) -> str:
    return words.BACK_INSIDE.get(session.decision) or words.BACK.format(organization=organization)


def add_page(page: PageRequest, error: FieldError | None = None) -> Response:
    addable = self_service.addable(page.principal.account, page.deps)
    view = AddView(
        frame=_frame(page, words.ADD),
        choices=to_set_up(addable, rows.value_of),
        chosen="",
        error=error,
    )
    return html(page.principal, view, 422 if error else 200)


def rename_page(
    page: PageRequest, method: Method, name: str | None = None, error: FieldError | None = None, status: int = 200
) -> Response:
    view = RenameView(
        frame=_frame(page, words.RENAME),
        row=method_row(method, page.principal.account),
        name=name if name is not None else method.name or "",
        error=error,
    )
    return html(page.principal, view, status)


def delete_page(page: PageRequest, method: Method, status: int = 200) -> Response:
    account = page.principal.account
    required = is_last_required(account, method, page.deps.policy(account))
    view = DeleteView(
        frame=_frame(page, words.DELETE),
        row=method_row(method, account),
        remains=tuple(
            label_of(other) for other in account.methods if other.id != method.id and other.state == "active"
        ),
        lost=TRAITS[method.type].can_be_lost,
        error=FieldError("method", words.REQUIRED) if required else None,
    )
    return html(page.principal, view, status)


def _on_a_phone(account: Account) -> list[Method]:
    return [method for method in account.methods if TRAITS[method.type].is_on_a_phone and method.state == "active"]


def new_phone_page(page: PageRequest) -> Response:
    account = page.principal.account
    apps = _on_a_phone(account)
    if not apps:
        raise UnknownMethodError
    view = NewPhoneView(
        frame=_frame(page, words.NEW_PHONE),
        row=method_row(apps[0], account),
        choices=tuple((method.id, label_of(method), since(method)) for method in apps) if len(apps) > 1 else (),
    )
    return html(page.principal, view)


async def entries_of(page: PageRequest) -> tuple[Entry, ...]:
    stored = await page.deps.activities.get(page.principal.account_id)
    return stored.state.entries if stored else ()


async def disowned(page: PageRequest, named: str) -> Entry:
    """What a person says of that it wasn't them. Raises `notFound`."""
    found = [
        entry for entry in await entries_of(page) if rows.may_be_disowned(entry) and rows.disowned_at(entry) == named
    ]
    if not found:
        raise NotFoundError
    return found[-1]


async def disown_page(page: PageRequest, named: str) -> Response:
    """Ask once, and say what follows."""
    entry = await disowned(page, named)
    row = rows.activity_row(entry, page.principal.account, page.principal.session.id)
    if row is None:
        raise NotFoundError
    view = DisownView(_frame(page, words.NOT_ME), row.text, named, suspends=suspends(entry, page.principal.account))
    return html(page.principal, view)


async def activity_page(page: PageRequest) -> Response:
    """What happened, the newest first."""
    account, session_id = page.principal.account, page.principal.session.id
    shown = rows.activity_rows(readable(await entries_of(page)), account, session_id)
    return html(page.principal, ActivityView(frame=_frame(page, words.ACTIVITY), rows=shown))
