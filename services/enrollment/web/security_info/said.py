"""What the person did just now, said on the list. The address names the act; the sentence is about what is on file, so
that an address that somebody made up says nothing untrue."""

from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from services.enrollment.accounts.domain.account import Account
from services.enrollment.i18n import long_date, sentences
from services.enrollment.methods.registry.words import label_of
from services.enrollment.sessions.domain.session import Session
from services.enrollment.web.security_info import words
from services.enrollment.web.views import MANAGE

Act = Literal["deleted", "renamed", "default", "restored"]
JUST_NOW: Final = timedelta(minutes=1)


def address_after(act: Act, method_id: str, before: Account, after: Account) -> str:
    """The list, with what was done; and which default took the place of one that is gone."""
    default = after.default_method_id
    changed = act == "deleted" and default != before.default_method_id and default
    said = {"done": act, "method": method_id} | ({"default": default} if changed and default else {})
    return f"{MANAGE}?{urlencode(said)}"


def sentence(account: Account, done: str, method_id: str, default: str, now: datetime) -> str | None:
    """None where nothing of it is true."""
    said = [_deleted(account, method_id, now) if done == "deleted" else _of_held(account, done, method_id)]
    if done == "deleted" and said[0] and default:
        said.append(_of_held(account, "default", default))
    return sentences(*filter(None, said)) or None


def restored(account: Account, session: Session, now: datetime) -> str | None:
    """After the proof that a method waited for; no longer than that is news."""
    is_news = session.proof is not None and now < session.proof.at + JUST_NOW
    return _of_held(account, "restored", session.restoring) if session.restoring and is_news else None


def _deleted(account: Account, method_id: str, now: datetime) -> str | None:
    gone = next((former for former in reversed(account.former) if former.method.id == method_id), None)
    if gone is None or account.method(method_id):
        return None
    may_return = account.former_method(method_id, "person", now)
    text = words.DELETED if may_return else words.DELETED_FOR_GOOD
    return text.format(name=label_of(gone.method), day=long_date(gone.until))


def _of_held(account: Account, done: str, method_id: str) -> str | None:
    method = account.method(method_id)
    if method is None or method.state != "active":
        return None
    if done == "renamed":
        return (words.RENAMED if method.name else words.UNNAMED).format(name=label_of(method))
    if done == "default" and account.default_method_id == method_id:
        return words.NEW_DEFAULT.format(name=label_of(method))
    return words.RESTORED.format(name=label_of(method)) if done == "restored" else None
