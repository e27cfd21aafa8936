"""The session cookie: which session a browser holds, and the secret that proves it."""

import re
from dataclasses import dataclass
from typing import Literal

from fastapi import Request, Response
from pydantic import SecretStr

FORM = re.compile(r"([A-Za-z0-9-]{8,64})\.([A-Za-z0-9_-]{16,128})")


@dataclass(frozen=True)
class SessionCookie:
    """`session_id` names the session; `secret` proves that it is this browser's, and is the root of its CSRF tokens."""

    session_id: str
    secret: SecretStr


Kind = Literal["setup", "verification"]
"""Two sessions of one browser do not end each other: a verification in one tab, the wizard in another."""

NAMES: dict[Kind, str] = {"setup": "security-info", "verification": "security-info-verification"}


def cookie_name(*, secure: bool, of: Kind = "setup") -> str:
    """`__Host-` (RFC 6265bis, section 4.1.3.2) wherever https is spoken."""
    return f"__Host-{NAMES[of]}" if secure else NAMES[of]


def read_cookie(request: Request, *, secure: bool, of: Kind = "setup") -> SessionCookie | None:
    """The session that this browser holds, if any; not checked yet."""
    match = FORM.fullmatch(request.cookies.get(cookie_name(secure=secure, of=of), ""))
    return SessionCookie(match.group(1), SecretStr(match.group(2))) if match else None


def write_cookie(response: Response, session: SessionCookie, *, secure: bool, of: Kind = "setup") -> None:
    """Hand the session to this browser until it is closed; the session's own end is kept on the server."""
    response.set_cookie(
        cookie_name(secure=secure, of=of),
        f"{session.session_id}.{session.secret.get_secret_value()}",
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )
