"""Security headers of everything that a browser may show, graded against the OWASP Secure Headers Project's list, and
cookies against RFC 6265bis."""

import re
from collections.abc import AsyncIterator, Callable, Mapping

import httpx

from services.enrollment.web.cookies import BROWSER
from tests.attack.attempt import Attempt, Plan
from tests.attack.routes import Route
from tests.attack.scene import Browser, Scene, interrupted

MOST_OF_A_DAY = 31_536_000
"""`Strict-Transport-Security` for a year."""

Grade = Callable[[str], bool]

UNTRUSTED = ("*", "'unsafe-inline'", "'unsafe-eval'", "data:", "http:", "https:")


def is_tight(policy: str) -> bool:
    """A Content-Security-Policy that closes what it does not name, and trusts no inline code."""
    rules = {name: set(values) for name, *values in (rule.split() for rule in policy.split(";") if rule.strip())}
    closed = {"default-src": {"'none'"}, "frame-ancestors": {"'none'"}, "base-uri": {"'none'"}}
    is_closed = all(rules.get(name) == values for name, values in closed.items())
    scripts = rules.get("script-src", {"'none'"}) | rules.get("style-src", {"'none'"})
    return is_closed and "form-action" in rules and not scripts & set(UNTRUSTED)


EVERYWHERE: Mapping[str, Grade] = {"x-content-type-options": lambda value: value == "nosniff"}
"""On each answer."""

ON_PAGES: Mapping[str, Grade] = {
    "strict-transport-security": lambda value: _number("max-age", value) >= MOST_OF_A_DAY,
    "x-frame-options": lambda value: value.upper() == "DENY",
    "content-security-policy": is_tight,
    "referrer-policy": lambda value: value == "no-referrer",
    "permissions-policy": lambda value: "geolocation=()" in value and "*" not in value,
    "cross-origin-opener-policy": lambda value: value == "same-origin",
    "cross-origin-resource-policy": lambda value: value == "same-origin",
    "x-permitted-cross-domain-policies": lambda value: value == "none",
    "cross-origin-embedder-policy": lambda value: value in {"require-corp", "credentialless"},
    "cache-control": lambda value: "no-store" in value or "no-cache" in value,
}
"""What the project proposes for a page, except `Clear-Site-Data`, which belongs to a sign-out."""

NOT_READ = ("/stream", "/events", "/readyz")
"""Streams have no end, and readiness says 503 on purpose."""

BETRAYING = frozenset(
    {"server", "x-powered-by", "x-aspnet-version", "via", "x-generator", "access-control-allow-origin"}
)


async def graded(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Each route that answers a GET, as whoever may see it and as nobody."""
    for route in scene.target.routes:
        if route.method != "GET" or route.path.endswith(NOT_READ):
            continue
        for who, browser in _visitors(scene, route).items():
            response = await browser.get(scene.at(route, tenant="northbridge", version="v"))
            yield Attempt(f"{route.name} as {who}", response.status_code, "; ".join(faults(response)))


async def cookies(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Attributes of cookies; only the one by which a browser is known again, and which proves nothing, lasts."""
    begun = await interrupted(scene.target, scene.bob, intent="manage")
    answer = await Browser(scene.target).get(begun["url"].removeprefix(scene.target.origin))
    for cookie in answer.headers.get_list("set-cookie"):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        wanted = {"httponly", "samesite=lax", "path=/"} | ({"secure"} if _is_https(scene) else set())
        named = not _is_https(scene) or cookie.startswith("__Host-")
        endless = (
            ("domain",) if cookie.removeprefix("__Host-").startswith(BROWSER) else ("expires", "max-age", "domain")
        )
        lasts = any(part.startswith(endless) for part in parts)
        lacking = sorted(wanted - parts) + ([] if named else ["__Host-"]) + (["no end, no domain"] if lasts else [])
        yield Attempt(f"cookie {cookie.partition('=')[0]}", answer.status_code, f"lacks {lacking}" if lacking else "")


def faults(response: httpx.Response) -> list[str]:
    """What of the headers is not as it should be."""
    is_page = response.headers.get("content-type", "").startswith("text/html")
    wanted = {**EVERYWHERE, **(ON_PAGES if is_page else {})}
    bad = [f"{name}: {response.headers.get(name)}" for name, grade in wanted.items() if not _met(response, name, grade)]
    return bad + [f"{name} is told" for name in BETRAYING if name in response.headers]


def _met(response: httpx.Response, name: str, grade: Grade) -> bool:
    value = response.headers.get(name)
    return value is not None and grade(value)


def _visitors(scene: Scene, route: Route) -> dict[str, Browser]:
    nobody = {"nobody": Browser(scene.target)}
    if route.kind != "page":
        return nobody
    return nobody | {"alice": scene.verifying if route.path.startswith("/verify") else scene.alices}


def _number(name: str, value: str) -> int:
    found = re.search(rf"{name}=(\d+)", value)
    return int(found[1]) if found else 0


def _is_https(scene: Scene) -> bool:
    return scene.target.origin.startswith("https:")
