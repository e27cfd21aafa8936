"""The pages of the help desk, each filled from what is known of the person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import Response
from pydantic import SecretStr

from services.enrollment.accounts.domain.account import Account, Former, Method
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.help_desk import domain
from services.enrollment.help_desk.domain import Act
from services.enrollment.help_desk.handlers import PASS_LIFE, Found, show
from services.enrollment.i18n import long_date
from services.enrollment.methods.registry.rows import method_row, name_in
from services.enrollment.methods.registry.words import label_of
from services.enrollment.web.operations.people import words
from services.enrollment.web.operations.people.views import (
    ActView,
    FindView,
    Line,
    MessageRow,
    PassView,
    PersonView,
    StoryRow,
)
from services.enrollment.web.request import PageRequest, frame, html
from services.enrollment.web.views import OPERATIONS, FieldError, in_groups
from services.enrollment.web.words import METHOD_STATES, device_of, moment
from services.kit.errors import UnknownMethodError
from services.kit.ids import new_id

PEOPLE = f"{OPERATIONS}/people"
GROUP = 4
MOST_TOLD = 30


@dataclass(frozen=True)
class Said:
    """What the person's page says of what the agent did just now (`done` with which method), or could not do."""

    done: str = ""
    method_id: str = ""
    notice: str | None = None
    status: int = 200


ACTS: Mapping[Act, str] = {
    "passGiven": "pass",
    "methodRestored": "restore",
    "methodSuspended": "suspend",
    "sessionsEnded": "sessions",
}
"""What each is called in an address."""


@dataclass(frozen=True)
class Asked:
    """Which act, for whom, and with which of their methods."""

    act: Act
    user: str
    method_id: str = ""

    @property
    def address(self) -> str:
        base = address_of(self.user)
        return f"{base}/methods/{self.method_id}/{ACTS[self.act]}" if self.method_id else f"{base}/{ACTS[self.act]}"


@dataclass(frozen=True)
class Given:
    """What an agent filled in, and what is wrong with it."""

    reason: str = ""
    ticket: str = ""
    form: str = ""
    error: FieldError | None = None


NOTHING = Given()


def address_of(user: str) -> str:
    return f"{PEOPLE}/{user}"


def find_page(page: PageRequest, named: str = "", error: str | None = None, status: int = 200) -> Response:
    wrong = FieldError("person", error) if error else None
    return html(page.principal, FindView(frame(page, "operations", title=words.HELP_DESK), named, wrong), status)


async def person_page(page: PageRequest, user: str, said: Said | None = None) -> Response:
    """Raises `unknownUser`."""
    found, said = await show(page.principal, user, page.deps), said or Said()
    account, base, now = found.account, address_of(user), page.components.clock.now()
    refused = words.REFUSED[found.refusal].format(name=name_of(account)) if found.refusal else None
    view = PersonView(
        frame=frame(page, "operations", title=name_of(account)),
        name=name_of(account),
        user_name=account.profile.user_principal_name,
        user=user,
        methods=tuple(_line(listed.method, listed.state, found, page) for listed in found.methods),
        former=tuple(_former(former, base, found) for former in domain.may_come_back(account, at=now)),
        acts=() if found.refusal else _acts(found, base),
        messages=tuple(map(_message, found.messages)),
        story=_story(found.story, account),
        done=_done_text(account, said),
        notice=said.notice or refused,
    )
    return html(page.principal, view, said.status)


def act_page(page: PageRequest, account: Account, asked: Asked, method: Method | None, given: Given) -> Response:
    """What follows, and why it is done."""
    name, organization = name_of(account), page.components.config.tenant(account.tenant).display_name
    view = ActView(
        frame=frame(page, "operations", title=words.TITLES[asked.act]),
        name=name,
        back=address_of(account.user),
        to=asked.address,
        button=words.BUTTONS[asked.act],
        follows=tuple(text.format(name=name, organization=organization) for text in words.FOLLOWS[asked.act]),
        reasons=words.REASON_CHOICES,
        form=given.form or new_id(),
        reason=given.reason,
        ticket=given.ticket,
        row=replace(method_row(method, account), role=None) if method else None,
        error=given.error,
    )
    return html(page.principal, view, 422 if given.error else 200)


def pass_page(page: PageRequest, account: Account, given: SecretStr) -> Response:
    """The pass, this once."""
    groups = in_groups(given.get_secret_value(), GROUP)
    view = PassView(
        frame=frame(page, "operations", title="Temporary Access Pass"),
        name=name_of(account),
        back=address_of(account.user),
        groups=tuple(map(SecretStr, groups)),
        until=moment(page.components.clock.now() + PASS_LIFE),
    )
    return html(page.principal, view)


def name_of(account: Account) -> str:
    profile = account.profile
    return profile.display_name or profile.user_principal_name or account.user


def method_in(account: Account, asked: Asked, page: PageRequest) -> Method:
    """What the act would do something to. Raises `unknownMethod`."""
    held, now = account.method(asked.method_id), page.components.clock.now()
    if asked.act == "methodSuspended":
        found = held if held and held.state == "active" else None
    elif held and domain.can_be_restored(account, held, at=now):
        found = held
    else:
        found = next(
            (gone.method for gone in domain.may_come_back(account, at=now) if gone.method.id == asked.method_id), None
        )
    if found is None:
        raise UnknownMethodError
    return found


def _done_text(account: Account, said: Said) -> str | None:
    """About what is on file, so that an address that somebody made up says nothing untrue."""
    held = account.method(said.method_id)
    is_so = {
        "methodRestored": held is not None and held.state == "active",
        "methodSuspended": held is not None and held.state == "suspended",
        "sessionsEnded": all(session.outcome is not None for session in account.sessions),
        "before": True,
    }
    if not is_so.get(said.done):
        return None
    return words.DONE[said.done].format(name=name_of(account), method=label_of(held) if held else "")


def _line(method: Method, state: str, found: Found, page: PageRequest) -> Line:
    """A device that waits for its first approval is no method yet."""
    account, now = found.account, page.components.clock.now()
    base = f"{address_of(account.user)}/methods/{method.id}"
    act = None
    if state == "active":
        act = ("Suspend", f"{base}/suspend")
    elif domain.can_be_restored(account, method, at=now):
        act = ("Restore", f"{base}/restore")
    known = METHOD_STATES.get(state)
    headline = known.headline if known else "Not proven yet"
    return Line(method_row(method, account), headline, None if found.refusal else act)


def _former(former: Former, base: str, found: Found) -> Line:
    row = replace(method_row(former.method, found.account), role=None)
    what = "Changed" if former.reason == "changed" else "Deleted"
    kept = replace(row, last_used=f"{what}; can be restored until {long_date(former.until)}")
    act = ("Restore", f"{base}/methods/{former.method.id}/restore")
    return Line(kept, "", None if found.refusal else act)


def _acts(found: Found, base: str) -> tuple[tuple[str, str, str], ...]:
    count = found.open_sessions
    are_open = "None is open." if not count else "One is open." if count == 1 else f"{count} are open."
    return (
        ("Give a Temporary Access Pass", f"{base}/pass", "For somebody who can't use any of their methods."),
        ("End all sessions", f"{base}/sessions", f"Here, not at the application itself. {are_open}"),
    )


def _message(challenge: Challenge) -> MessageRow:
    to = challenge.destination.masked if challenge.destination else ""
    sends = f", sent {challenge.sends} times" if challenge.sends > 1 else ""
    return MessageRow(
        at=challenge.delivery.requested_at,
        what=f"{words.SENT_BY[challenge.channel]} to {to}",
        state=words.delivery_text(challenge),
        about=f"{words.PURPOSES[challenge.purpose]}; {words.STATUS[challenge.status]}{sends}",
        is_bad=challenge.delivery.state == "failed",
    )


def _story(entries: tuple[Entry, ...], account: Account) -> tuple[StoryRow, ...]:
    """The same in a row is said once, with how often."""
    told = list[StoryRow]()
    for entry in entries:
        text, more = words.story_text(entry, name_in(entry, account)), words.grounds_text(entry)
        newer, device = told[-1] if told else None, device_of(entry, account) or ""
        if text and newer and (text, device) == (newer.text, newer.device) and not (more or newer.more):
            told[-1] = replace(newer, times=newer.times + 1)
        elif text:
            told.append(StoryRow(entry.at, text, more, device))
    return tuple(told[:MOST_TOLD])
