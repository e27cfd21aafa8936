"""Every page and form, without a session, with somebody else's, and with a form that is not of the session."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product

import httpx

from services.enrollment.web.wizard.steps import STEPS
from services.kit.config.clients import RateLimits
from services.kit.counting import allowance_of
from tests.attack.attempt import REFUSALS, Attempt, Plan, judged
from tests.attack.routes import TICKETED, Route
from tests.attack.scene import Browser, Scene, interrupted, with_software
from tests.attack.target import OPERATORS

ENDED = 410
NOT_SHOWN = REFUSALS | {ENDED}
"""Without a session a page says that it has ended."""

FORMS_A_MINUTE = allowance_of(RateLimits().session).count

ELSEWHERE = 303
"""A redirect to where the person's own session is; it shows nothing."""


async def without_session(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """No cookie, a made-up one, alice's with another secret, one of another kind of session."""
    for route in _pages(scene):
        for what, cookie in _bad_cookies(scene, route).items():
            browser = replace(_browser(scene, route), cookies={_cookie_name(route): cookie} if cookie else {})
            response = await _visit(browser, scene, route)
            yield judged(f"{route.name}: {what}", response, NOT_SHOWN, scene.secrets)


async def forged_forms(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """The right cookie, and a form that was made for nobody, or for somebody else (CSRF, RFC 6749's section 10.12 in
    spirit)."""
    before = await _standing(scene)
    for route in _pages(scene):
        if route.method != "POST":
            continue
        hers = _browser(scene, route)
        for what, browser in {
            "no token": replace(hers, csrf=""),
            "neither": replace(hers, session="", csrf=""),
            "a made-up token": replace(hers, csrf=secrets.token_urlsafe(32)),
            "bob's token": replace(hers, csrf=scene.bobs.csrf),
            "bob's form": replace(hers, session=scene.bobs.session, csrf=scene.bobs.csrf),
            "bob's session named": replace(hers, session=scene.bobs.session),
        }.items():
            yield judged(f"{route.name}: {what}", await _visit(browser, scene, route), {403}, scene.secrets)
    yield Attempt("nothing of alice's changed", 0, "it did" if before != await _standing(scene) else "")


async def other_person(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Bob, signed in, with what is alice's in the address or in the form."""
    before = await _standing(scene)
    hers = {"method": scene.places["method_id"], "challenge": scene.places["challenge_id"]}
    for route in _pages(scene):
        if "{method_id}" in route.path or route.path.endswith("/new-phone"):
            response = await _visit(scene.bobs, scene, route, **hers)
            allowed = {*REFUSALS, ELSEWHERE} if route.method == "POST" else REFUSALS | {200}
            yield judged(f"{route.name}: another person's", response, allowed, scene.secrets)
    for path in (f"challenge={scene.places['challenge_id']}", f"activation={scene.places['handle']}"):
        response = await scene.bobs.get(f"/security-info/setup/events?{path}")
        yield judged(f"GET /security-info/setup/events?{path}: another person's", response, {404}, scene.secrets)
    for route in _pages(scene):
        if route.path.startswith("/operations"):
            response = await _visit(scene.bobs, scene, route)
            yield judged(f"{route.name}: no administrator", response, {403}, scene.secrets)
    yield Attempt("nothing of alice's changed", 0, "it did" if before != await _standing(scene) else "")


async def tickets(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Tickets and tokens of links: none, made up, too long, used by another browser, of the other page."""
    for route in scene.target.routes:
        if route.path not in TICKETED or "{" in route.path:
            continue
        name = "token" if route.path.endswith("not-me") else "ticket"
        for what, value in {
            "none": "",
            "made up": secrets.token_urlsafe(32),
            "too long": "A" * 300,
            "used": scene.used_tickets.get(route.path, ""),
            "of another page": scene.used_tickets["/verify/start"],
            "a query of the database": '{"$gt": ""}',
        }.items():
            response = (
                await Browser(scene.target).get(route.path, params={name: value})
                if route.method == "GET"
                else await Browser(scene.target).post(route.path, **{name: value})
            )
            refused = judged(f"{route.name}: {what}", response, {400, 404, ENDED}, scene.secrets)
            yield replace(refused, why="a cookie is set") if response.cookies else refused


async def sessions(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Fixation, two uses of a ticket at once, and a cookie that outlives its session."""
    begun = await interrupted(scene.target, scene.bob, intent="manage")
    planted = {"security-info": f"{scene.alices.session}.{secrets.token_urlsafe(24)}"}
    mallory = await Browser(scene.target, planted).opened(begun["url"], "/security-info")
    fixed = mallory.session == scene.alices.session or mallory.cookies == planted
    yield Attempt("a planted cookie", 303, "it is the session's" if fixed else "")
    begun = await interrupted(scene.target, scene.bob, intent="manage")
    path = begun["url"].partition(scene.target.origin)[2]
    answers = await asyncio.gather(*(Browser(scene.target).get(path) for _ in range(8)))
    opened = sum(bool(answer.cookies) for answer in answers)
    yield Attempt("one ticket, eight times at once", 303, f"{opened} sessions" if opened != 1 else "")
    left = await mallory.post("/security-info/leave")
    assert left.status_code == ELSEWHERE, left.text
    for path in ("/security-info", "/security-info/activity", "/security-info/add"):
        yield judged(f"{path}: after leaving", await mallory.get(path), NOT_SHOWN, scene.secrets)
    again = await mallory.post("/security-info/add", method="softwareOath")
    yield judged("a form after leaving", again, NOT_SHOWN)


async def unfinished(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Somebody who must set something up, may put it off, or has proven nothing but the password, sends every form that
    there is with their own token: the platform is not told that all is done."""
    target, known = scene.target, f"known.{secrets.token_hex(4)}"
    await interrupted(target, known)
    await with_software(target, known)
    for route in _pages(scene):
        if route.method != "POST" or route.path.startswith("/verify"):
            continue
        fresh = f"fresh.{secrets.token_hex(4)}"
        for what, asked in {
            "register": interrupted(target, fresh, group="frontline"),
            "nudge": interrupted(target, f"{fresh}.2", amr=["pwd"]),
            "manage": interrupted(target, known, intent="manage", amr=["pwd"]),
        }.items():
            begun = await asked
            assert begun["decision"] == what, begun
            somebody = await Browser(target).opened(begun["url"], "/security-info/setup")
            response = await _visit(somebody, scene, route)
            outcome = await target.done("GET", f"/v1.0/interrupts/{begun['id']}")
            told = "says that it is done" if outcome["status"] == "completed" else ""
            yield Attempt(f"{route.name}: by who has to {what}", response.status_code, told)
    async for attempt in _each_step(scene, known):
        yield attempt


async def _each_step(scene: Scene, known: str) -> AsyncIterator[Attempt]:
    """The same with the form of each step of the wizard, and what its buttons say; a session for each, since one sends
    60 forms a minute."""
    target = scene.target
    for path, action in product(("/security-info/setup", "/security-info/prompt"), ("next", "skip", "change")):
        fresh = f"fresh.{secrets.token_hex(4)}"
        for begun in (
            await interrupted(target, fresh, group="frontline"),
            await interrupted(target, known, intent="manage", amr=["pwd"]),
        ):
            somebody = await Browser(target).opened(begun["url"], "/security-info/setup")
            answers = [await somebody.post(path, step=step, action=action) for step in STEPS]
            failed = [answer.status_code for answer in answers if answer.status_code in {429, 500}]
            outcome = await target.done("GET", f"/v1.0/interrupts/{begun['id']}")
            told = f"it is {outcome['status']} {failed}" if failed or outcome["status"] != "pending" else ""
            yield Attempt(f"POST {path}: {action}, at each step, to {begun['decision']}", 0, told)


async def floods(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A session that sent as many forms as it may is answered 429 by each of them, not only by the one that it sent."""
    target, user = scene.target, f"hasty.{secrets.token_hex(4)}"
    managing = await interrupted(target, user, intent="manage")
    await with_software(target, user)
    working = await interrupted(target, f"agent.{user}", intent="administer", rights=OPERATORS)
    asked = {"purpose": "stepUp", "returnUrl": target.returns["northbridge"]}
    verifying = await target.done("POST", f"/v1.0/users/{user}/challenges", asked)
    for begun, beginning in ((managing, "/security-info"), (working, "/operations"), (verifying, "/verify")):
        browser = await Browser(target).opened(begun["url"], beginning)
        routes = [one for one in _pages(scene) if one.method == "POST" and one.path.startswith(beginning)]
        filled = next(one for one in routes if one.path in {"/security-info/add", "/operations/people", "/verify"})
        for _time in range(FORMS_A_MINUTE):
            await _visit(browser, scene, filled)
        for route in routes:
            yield judged(f"{route.name}: one too many", await _visit(browser, scene, route), {429})


def _pages(scene: Scene) -> list[Route]:
    return [route for route in scene.target.routes if route.kind == "page"]


def _browser(scene: Scene, route: Route) -> Browser:
    return scene.verifying if route.path.startswith("/verify") else scene.alices


def _cookie_name(route: Route) -> str:
    return "security-info-verification" if route.path.startswith("/verify") else "security-info"


def _bad_cookies(scene: Scene, route: Route) -> dict[str, str]:
    hers = _browser(scene, route)
    other = scene.alices if hers is scene.verifying else scene.verifying
    foreign = next(iter(scene.bobs.cookies.values()))
    return {
        "no cookie": "",
        "garbage": "garbage",
        "a made-up session": f"{'0' * 36}.{secrets.token_urlsafe(24)}",
        "alice's session, made-up secret": f"{hers.session}.{secrets.token_urlsafe(24)}",
        "alice's session, bob's secret": f"{hers.session}.{foreign.partition('.')[2]}",
        "the other kind of session": next(iter(other.cookies.values())),
    }


async def _visit(browser: Browser, scene: Scene, route: Route, **fields: str) -> httpx.Response:
    path = scene.at(route)
    return await (browser.get(path) if route.method == "GET" else browser.post(path, **fields))


async def _standing(scene: Scene) -> tuple[object, int]:
    """What alice has, and that her session is still open."""
    path = f"/v1.0/users/{scene.places['user_id']}/authentication/methods"
    return (await scene.target.done("GET", path))["value"], (await scene.alices.get("/security-info")).status_code
