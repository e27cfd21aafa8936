"""The session cookie: which session a browser holds, and the secret that proves it; and the one by which a browser is
known again.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from fastapi import Request, Response
from pydantic import SecretStr

from services.kit.ids import new_token

BROWSER_FORM = re.compile(r"[A-Za-z0-9_-]{22}")
FORM = re.compile(r"([A-Za-z0-9-]{8,64})\.([A-Za-z0-9_-]{16,128})")


@dataclass(frozen=True)
class SessionCookie:
    """`session_id` names the session; `secret` proves that it is this browser's, and is the root of its CSRF tokens."""

    session_id: str
    secret: SecretStr


Kind = Literal["setup", "verification"]
"""Two sessions of one browser do not end each other: a verification in one tab, the wizard in another."""

NAMES: dict[Kind, str] = {"setup": "security-info", "verification": "security-info-verification"}


BROWSER: Final = "security-info-browser"
BROWSER_LIFE: Final = timedelta(days=400)
"""The longest that browsers keep a cookie (RFC 6265bis, section 5.6.3)."""


def read_browser(request: Request, *, secure: bool) -> str:
    """What this browser is known by; a new mark where it has none. It names no person and proves nothing."""
    held = request.cookies.get(f"__Host-{BROWSER}" if secure else BROWSER, "")
    return held if BROWSER_FORM.fullmatch(held) else new_token(128)


def write_browser(response: Response, browser: str, *, secure: bool) -> None:
    response.set_cookie(
        f"__Host-{BROWSER}" if secure else BROWSER,
        browser,
        max_age=int(BROWSER_LIFE.total_seconds()),
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )


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
