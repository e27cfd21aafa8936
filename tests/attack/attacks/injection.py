"""Text that wants to be something else: headers, markup, templates, queries, lines of a log, formulas of a table."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from tests.attack.attempt import Attempt, Plan
from tests.attack.routes import Route
from tests.attack.scene import Scene, interrupted, with_software

MARK = "zqx"
HOSTILE: Mapping[str, str] = {
    "markup": f"<script>{MARK}()</script>",
    "an attribute": f'"onmouseover="{MARK}()',
    "a template": "{{ 7777777 * 7 }}{% raw %}${7777777*7}#{7777777*7}",
    "a header": f"x\r\nSet-Cookie: {MARK}=1\r\n\r\n<script>{MARK}()</script>",
    "a bare line feed": f"x\nX-{MARK}: 1",
    "a formula": f'=HYPERLINK("http://{MARK}.example")',
    "a query": '{"$gt": ""}',
    "a path": "../../../../etc/passwd",
    "nothing to see": "\u202e\u200b\u0000\u001b[31m",
    "half a letter": "\ud800",
}
MULTIPLIED = "54444439"
"""What a template would have made of the product."""
LIVE = (f"<script>{MARK}", f'"onmouseover="{MARK}', MULTIPLIED, "root:x:0:0")
"""What must not be in an answer as it stands."""
REPORT = "/v1.0/reports/authenticationMethods/userRegistrationDetails"
QUERIES = [
    *((REPORT, name) for name in ("$filter", "$skiptoken", "$top")),
    ("/security-info/start", "ticket"),
    ("/verify/start", "ticket"),
    ("/help", "tenant"),
    ("/help/cant-sign-in", "tenant"),
    ("/security-info/not-me", "token"),
    *((path, "unknown") for path in (REPORT, "/security-info/start", "/help")),
]
"""What is read without a session, and what nobody reads."""


async def on_pages(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Names that the platform or the person gives, on every page that shows them."""
    target = scene.target
    for what, text in HOSTILE.items():
        for user, fields in _people(scene, text):
            response = await _posted(scene, _asked(scene, user, fields))
            yield _judged(f"interrupt: {what}", response)
            if response.is_success and "url" in response.json():
                page = await target.call("GET", response.json()["url"].removeprefix(target.origin))
                cookie = page.headers.get("set-cookie", "").partition(";")[0]
                for path in ("/security-info", "/security-info/cancel", "/help", "/security-info/return"):
                    shown = await target.call("GET", path, headers={"Cookie": cookie})
                    yield _judged(f"{path}: {what}", shown)


async def in_names(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """The person's own name of a method, which pages, mails and lists show."""
    target, user = scene.target, f"names.{scene.bob}"
    await interrupted(target, user)
    method, _secret = await with_software(target, user)
    path = f"/v1.0/users/{user}/authentication/methods"
    for what, text in HOSTILE.items():
        body = _json({"displayName": text[:64]})
        sent = {"Content-Type": "application/json"}
        named = await target.call("PATCH", f"{path}/{method}", content=body, headers=sent, token=target.token())
        yield _judged(f"name: {what}", named)
        yield _judged(f"list: {what}", await target.call("GET", path, token=target.token()))
        begun = await interrupted(target, user, intent="manage")
        opened = await target.call("GET", begun["url"].removeprefix(target.origin))
        cookie = opened.headers.get("set-cookie", "").partition(";")[0]
        for page in (
            "/security-info",
            f"/security-info/methods/{method}/rename",
            f"/security-info/methods/{method}/delete",
        ):
            yield _judged(f"{page}: {what}", await target.call("GET", page, headers={"Cookie": cookie}))


async def in_addresses(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Each parameter of a path, and of the queries that pages read."""
    target = scene.target
    for route in target.routes:
        if route.path.endswith("/stream") or route.kind == "public":
            continue
        for place in re.findall(r"{(\w+)}", route.path):
            for what, text in HOSTILE.items():
                path = scene.at(route, **{place: quote(text.encode("utf-8", "surrogatepass"), safe="")})
                token = target.token() if route.kind == "platform" else None
                response = await target.call(route.method, path, _first(route), token=token)
                refused = _judged(f"{route.name} {place}: {what}", response)
                yield Attempt(refused.what, refused.status, refused.why or _if_served(response))
    for what, text in HOSTILE.items():
        query = quote(text.encode("utf-8", "surrogatepass"))
        for path, name in QUERIES:
            response = await target.call("GET", f"{path}?{name}={query}", token=target.token())
            yield _judged(f"{path}?{name}: {what}", response)


async def in_bodies(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Each text of each example that the API describes, one at a time; with the person's id, so that nothing is made
    for anybody else."""
    target = scene.target
    for route in target.routes:
        if route.kind != "platform" or route.path.endswith("authenticationMethodsPolicy"):
            continue
        for body in route.bodies:
            for place in _texts(body):
                for what, text in HOSTILE.items():
                    given = _json(_with(body, place, text))
                    path = scene.at(route, user_id=f"bodies.{scene.bob}")
                    sent = {"Content-Type": "application/json", "Prefer": "wait=0"}
                    response = await target.call(route.method, path, content=given, headers=sent, token=target.token())
                    yield _judged(f"{route.name} {'.'.join(map(str, place))}: {what}", response)


async def returns(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Addresses that look like one of the client's list (open redirect, CWE-601)."""
    target = scene.target
    good = httpx.URL(target.returns["northbridge"])
    host, port = good.host, good.port
    for address in (
        f"http://{host}:{port}@evil.example/return",
        f"http://{host}:{port}.evil.example/return",
        f"http://evil.example/http://{host}:{port}/return",
        f"http://evil.example#http://{host}:{port}/",
        f"http://evil.example\\@{host}:{port}/return",
        f"http://{host}:{port}\\@evil.example/return",
        f"http://{host}:{port}/\r\nLocation: http://evil.example",
        f"http://{host}:{port}/return\t.evil.example",
        f"//{host}:{port}/return",
        "javascript:alert(1)//http://127.0.0.1",
        "data:text/html,x",
        f"http://[::ffff:127.0.0.1]:{port}/return",
        f"http://2130706433:{port}/return",
        f"http://127.1:{port}/return",
        f"http://localhost:{port}/return",
        f"https://{host}:{port}/return",
        f"http://{host}:{(port or 80) + 1}/return",
        f"http://user:password@{host}:{port}/return",
        f"http://{host}:{port}%2f@evil.example/return",
        f"http://{host}:{port}/../../southgate",
        f"HTTP://{host}:{port}/return",
    ):
        user = f"returns.{scene.bob}"
        body = _asked(scene, user, {}) | {"returnUrl": address}
        response = await _posted(scene, body)
        yield Attempt(f"returnUrl {address!r}", response.status_code, _leads_elsewhere(response, address, good))


def _leads_elsewhere(response: httpx.Response, address: str, good: httpx.URL) -> str:
    """A browser would go to another origin; or what was taken holds more than an address."""
    if not response.is_success:
        return ""
    try:
        taken = httpx.URL(address)
    except httpx.InvalidURL:
        return "no address is taken"
    is_same = (taken.scheme, taken.host, taken.port, taken.userinfo) == (good.scheme, good.host, good.port, b"")
    return "" if is_same and address.isprintable() and "\\" not in address else "another origin is taken"


def _if_served(response: httpx.Response) -> str:
    is_event = response.headers.get("content-type", "").startswith("text/event-stream")
    return f"answered {response.status_code}: {response.text[:100]}" if response.is_success and not is_event else ""


def _judged(what: str, response: httpx.Response) -> Attempt:
    """Nothing of it is alive: no header of its own, no markup, no value of a template; and no failure."""
    told = [live for live in LIVE if live in response.text] if _is_shown(response) else []
    planted = [name for name, value in response.headers.items() if MARK in name or f"{MARK}=1" in value]
    location = response.headers.get("location", "")
    broken = [] if location.isprintable() else ["a location with lines"]
    found = [*told, *planted, *broken]
    return Attempt(what, response.status_code, f"holds {found}" if found else "")


def _is_shown(response: httpx.Response) -> bool:
    """JSON is data, whatever it says; only what a browser renders is looked at."""
    kind: str = response.headers.get("content-type", "")
    return kind.startswith(("text/html", "image/svg"))


def _people(scene: Scene, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    user = f"injected.{scene.bob}"
    yield user, {"userPrincipalName": text}
    yield user, {"displayName": text, "groups": [text]}
    yield user, {"emails": [text], "phones": [text]}


def _asked(scene: Scene, user: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    target = scene.target
    of_user = {"id": user, "userPrincipalName": "sam@northbridge.example", "displayName": "Sam", "groups": ["everyone"]}
    return {
        "user": {**of_user, **fields},
        "returnUrl": target.returns["northbridge"],
        "state": fields.get("userPrincipalName", "s"),
        "intent": "manage",
        "authenticatedAt": target.clock.now().isoformat(),
        "amr": ["pwd", "mfa"],
    }


async def _posted(scene: Scene, body: Mapping[str, Any]) -> httpx.Response:
    sent = {"Content-Type": "application/json"}
    token = scene.target.token()
    return await scene.target.call("POST", "/v1.0/interrupts", content=_json(body), headers=sent, token=token)


def _first(route: Route) -> object:
    return route.bodies[0] if route.bodies else None


def _texts(value: object, place: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    match value:
        case str():
            yield place
        case dict():
            for name, part in value.items():
                yield from _texts(part, (*place, name))
        case list() | tuple():
            for number, part in enumerate(value):
                yield from _texts(part, (*place, number))


def _with(value: Any, place: tuple[Any, ...], text: str) -> Any:
    if not place:
        return text
    if isinstance(value, dict):
        return {**value, place[0]: _with(value[place[0]], place[1:], text)}
    return [_with(part, place[1:], text) if number == place[0] else part for number, part in enumerate(value)]


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
