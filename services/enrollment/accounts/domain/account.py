"""A person's account: the methods on file, those that were there before, the default one, and the open sessions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from schemas.base import MethodType
from schemas.enrollment import Destination
from services.enrollment.challenges.domain.challenge import PhoneDelivery, PhoneType
from services.enrollment.sessions.domain.session import Session
from services.kit.state import State

KEEP_FORMER = timedelta(days=7)
"""How long a method that was removed or changed can come back; as long as the link of its notice."""

MethodState = Literal["active", "suspended", "disabled"]
Removal = Literal["person", "administrator", "replaced", "lostOrStolen"]
DEFAULT_LOCALE: Final = "en"
"""The language of messages and notices to somebody of whom none is known."""


class Profile(State):
    """Who the person is, as the platform last said. On no topic; the database may hold it.

    `emails` are where notices of changes go, each sealed for the account. Without a `locale` nobody has said which
    language they read: pages follow the browser.
    """

    user_principal_name: str
    display_name: str
    groups: tuple[str, ...] = ()
    emails: tuple[Destination, ...] = ()
    locale: str = ""


class Method(State):
    """A registered method. `destination` is sealed under `destination`, bound to this method.

    `name` is the person's own; it leaves on no topic. `usable_until` ends a Temporary Access Pass.
    """

    id: str
    type: MethodType
    display_name: str
    name: str | None = None
    state: MethodState = "active"
    phone_type: PhoneType | None = None
    delivery: PhoneDelivery | None = None
    destination: str | None = None
    destination_hash: str | None = None
    device_id: str | None = None
    has_codes: bool = False
    question_ids: tuple[str, ...] = ()
    credential_id: str | None = None
    codes_left: int | None = None
    usable_until: datetime | None = None
    created_at: datetime
    changed_at: datetime | None = None
    last_used_at: datetime | None = None
    alarmed_at: datetime | None = Field(default=None, description="when the person was last told of many failures")

    def is_usable(self, now: datetime) -> bool:
        """Whether it can prove anything now."""
        return (
            self.state == "active" and self.codes_left != 0 and (self.usable_until is None or now < self.usable_until)
        )


class Former(State):
    """A method as it was before it was removed, or before its number or address was changed."""

    method: Method
    reason: Removal | Literal["changed"]
    until: datetime

    def may_return(self, by: Literal["person", "administrator"]) -> bool:
        """One that was lost or stolen never does; one that was replaced only by an administrator, since whoever
        replaced it may not have been the person."""
        if self.reason == "replaced":
            return by == "administrator"
        return self.reason != "lostOrStolen"


class Browser(State):
    """One in which the person began sessions. `mark` is a keyed hash of what its cookie holds, for this account alone;
    `visited_at` is when it last showed "My security info". For the person to know it again: `name` and `system`, as
    "Firefox" and "Windows", are what it called itself last, `places` the country of a session (ISO 3166-1 alpha-2), as
    far as a proxy said it."""

    mark: str
    sessions: tuple[str, ...] = ()
    visited_at: datetime | None = None
    name: str | None = None
    system: str | None = None
    places: Mapping[str, str] = {}


class Country(State):
    """One in which the person began sessions, the last one `at`. `mark` is a keyed hash of it, for this account
    alone."""

    mark: str
    at: datetime


class PutOff(State):
    """How often the person put off what is missing, since they were first asked; gone once nothing is missing."""

    since: datetime
    skips: int = 0
    last_skip_at: datetime | None = None


class Account(State):
    """One person in one tenant. `sequence` numbers the lifecycle events of this person without gaps, also over
    erasure.
    """

    tenant: str
    user: str
    profile: Profile
    sequence: int = 0
    methods: tuple[Method, ...] = ()
    former: tuple[Former, ...] = ()
    default_method_id: str | None = None
    is_default_chosen: bool = False
    sessions: tuple[Session, ...] = ()
    browsers: tuple[Browser, ...] = ()
    countries: tuple[Country, ...] = Field(default=(), description="where a proxy says them; the newest last")
    put_off: PutOff | None = None
    confirmed_at: datetime | None = None
    operated_at: datetime | None = Field(default=None, description="when the person last opened Operations")
    looked_up: int = Field(default=0, description="people looked up as an agent, since `looked_up_since`")
    looked_up_since: datetime | None = None
    acted: int = Field(default=0, description="what was done for people as an agent, since `acted_since`")
    acted_since: datetime | None = None
    kept: int = Field(default=0, description="sets of codes, answers or passes to be hashed, since `kept_since`")
    kept_since: datetime | None = None
    next_deadline: datetime | None = Field(default=None, description="when a session ends or is forgotten; swept by it")
    created_at: datetime
    erased_at: datetime | None = None

    @property
    def id(self) -> str:
        return account_id(self.tenant, self.user)

    @property
    def active_types(self) -> tuple[MethodType, ...]:
        return tuple(dict.fromkeys(method.type for method in self.methods if method.state == "active"))

    @property
    def destination_hashes(self) -> frozenset[str]:
        """The names of all numbers and addresses that are on file, or may come back."""
        known = (*self.methods, *(former.method for former in self.former))
        return frozenset(method.destination_hash for method in known if method.destination_hash)

    def session(self, session_id: str) -> Session | None:
        return next((session for session in self.sessions if session.id == session_id), None)

    def method(self, method_id: str) -> Method | None:
        return next((method for method in self.methods if method.id == method_id), None)

    def ever_had(self, method_id: str) -> bool:
        """Also of methods that were removed and may still come back."""
        return self.method(method_id) is not None or any(former.method.id == method_id for former in self.former)

    def as_of(self, method_id: str, moment: datetime) -> Method | None:
        """What a method was from that moment on, as far as that is still known; the last that it was, if it went."""
        kept = [former for former in self.former if former.method.id == method_id]
        next_end = next((former for former in kept if former.until - KEEP_FORMER > moment), None)
        if next_end:
            return next_end.method
        return self.method(method_id) or (kept[-1].method if kept else None)

    def former_method(self, method_id: str, by: Literal["person", "administrator"], now: datetime) -> Former | None:
        """What a method was before, while it may come back; never after it was once lost or stolen."""
        kept = [former for former in self.former if former.method.id == method_id]
        if any(former.reason == "lostOrStolen" for former in kept):
            return None
        return next((former for former in reversed(kept) if now < former.until and former.may_return(by)), None)

    def of_type(self, method_type: MethodType) -> tuple[Method, ...]:
        return tuple(method for method in self.methods if method.type == method_type)


def account_id(tenant: str, user: str) -> str:
    return f"{tenant}/{user}"
