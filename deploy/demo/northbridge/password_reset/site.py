"""The pages of "Forgot my password". Until something is proven, each answer is the same for whoever was named: text,
status, headers and time."""

import logging
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.background import BackgroundTask

from deploy.demo.northbridge.layout import Layout
from deploy.demo.northbridge.password_reset import wording as words
from deploy.demo.northbridge.password_reset.flow import (
    ResetDesk,
    ResetOverError,
    answer,
    ask_again,
    ask_another,
    begin,
    change_password,
    latest_of,
    look,
    may_begin,
)
from deploy.demo.northbridge.password_reset.pace import Floors, Pace, paced
from deploy.demo.northbridge.password_reset.passwords import LONGEST, SHORTEST
from deploy.demo.northbridge.password_reset.state import LIFE, SLOWLY_JUDGED, Reset, Way
from deploy.demo.northbridge.product import MethodRef, ProductRefusedError, ProductUnreachableError

COOKIE = "northbridge_reset"
START, PROOF, METHOD, NEW, DONE = (f"/reset-password{end}" for end in ("", "/proof", "/method", "/new", "/done"))
BY_CODE = ":code"
"""Marks a choice of the code that an app shows, where it is one of two."""

log = logging.getLogger(__name__)


def build_reset_site(desk: ResetDesk, layout: Layout, floors: Floors) -> APIRouter:
    """The routes that people use."""
    router = APIRouter(include_in_schema=False)
    pages = ResetPages(desk, layout, floors)
    router.get(START)(pages.start_page)
    router.post(START)(pages.start)
    router.get(PROOF)(pages.proof_page)
    router.post(PROOF)(pages.prove)
    router.get("/reset-password/state")(pages.state)
    router.post("/reset-password/again")(pages.again)
    router.get(METHOD)(pages.method_page)
    router.post(METHOD)(pages.choose)
    router.get(NEW)(pages.password_page)
    router.post(NEW)(pages.change)
    router.get(DONE)(pages.done)
    return router


class ResetPages:
    """One method a page; what they do is in reset_flow.py."""

    def __init__(self, desk: ResetDesk, layout: Layout, floors: Floors) -> None:
        self._desk = desk
        self._layout = layout
        self._floors = floors

    async def start_page(self, request: Request) -> Response:
        """Whose password it is."""
        return self._layout.page(request, "reset_start.html", error=None, user_name="")

    async def start(
        self, request: Request, user_name: Annotated[str, Form(alias="userName", max_length=200)] = ""
    ) -> Response:
        """Ask whoever it is, and tell nobody whether it is anybody."""
        async with paced(self._floors.usual) as pace:
            if not user_name.strip():
                return self._layout.page(request, "reset_start.html", 422, error=words.NO_NAME, user_name="")
            if not await may_begin(self._desk, _address(request)):
                return self._layout.page(request, "reset_start.html", 429, error=words.TOO_OFTEN, user_name=user_name)
            self._desk.resets.end(request.cookies.get(COOKIE))
            reset = await begin(self._desk, pace, user_name, _address(request))
            response = _to(PROOF)
            life = int(LIFE.total_seconds())
            response.set_cookie(COOKIE, reset.id, max_age=life, httponly=True, samesite="strict")
            return response

    async def proof_page(self, request: Request) -> Response:
        """The question for a proof."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        elsewhere = _next_of(reset)
        return _to(elsewhere) if elsewhere else self._proof(request, reset)

    async def prove(self, request: Request) -> Response:
        """Take an answer; without one, look whether the person has approved."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        async with paced(self._floors.slow if reset.asked_for in SLOWLY_JUDGED else self._floors.usual) as pace:
            try:
                return await self._judge(request, reset, pace)
            except ResetOverError:
                return self._over(request)

    async def state(self, request: Request) -> Response:
        """How it stands, for the page's script: `waiting`, `proven`, `over`."""
        async with paced(self._floors.usual) as pace:
            reset = self._reset(request)
            if reset is None:
                return JSONResponse({"state": "over"})
            try:
                await look(self._desk, pace, reset)
                latest = latest_of(self._desk, reset)
            except ResetOverError:
                return JSONResponse({"state": "over"})
            if _next_of(latest):
                return JSONResponse({"state": "proven"})
            is_open = latest.attempt.is_open(self._desk.platform.now())
            return JSONResponse({"state": "waiting" if is_open else "over"})

    async def again(self, request: Request) -> Response:
        """Ask once more, by the same way."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        if reset.asked_method:
            return await self._ask_another(request, reset, reset.asked_method, by_code=False)
        return await self._ask_again(request, reset, reset.asked_for)

    async def method_page(self, request: Request) -> Response:
        """The ways to prove oneself: the same list for everybody; after the first proof, the person's own."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        return _to(NEW) if reset.is_proven else self._methods(request, reset)

    async def choose(
        self, request: Request, chosen: Annotated[str, Form(alias="method", max_length=100)] = ""
    ) -> Response:
        """Ask by another way."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        if reset.proven:
            method = next((one for one in reset.unproven if one.id == chosen.removesuffix(BY_CODE)), None)
            if method is None:
                return self._methods(request, reset, 422, words.CHOOSE)
            return await self._ask_another(request, reset, method, by_code=chosen.endswith(BY_CODE))
        way = next((one for one in Way if one == chosen), None)
        if way is None:
            return self._methods(request, reset, 422, words.CHOOSE)
        return await self._ask_again(request, reset, way)

    async def password_page(self, request: Request) -> Response:
        """The new password, for whoever has proven enough."""
        reset = self._reset(request)
        if reset is None or reset.done:
            return self._over(request)
        return self._password(request) if reset.is_proven else _to(PROOF)

    async def change(
        self,
        request: Request,
        password: Annotated[str, Form(max_length=4 * LONGEST)] = "",
        again: Annotated[str, Form(max_length=4 * LONGEST)] = "",
    ) -> Response:
        """Change it, then tell the person by mail: a mail that fails changes nothing."""
        reset = self._reset(request)
        if reset is None:
            return self._over(request)
        try:
            wrong = await change_password(self._desk, reset, password, again)
        except ResetOverError:
            return self._over(request)
        if wrong or reset.person is None:
            return self._password(request, 422, wrong)
        response = _to(DONE)
        response.background = BackgroundTask(self._desk.tell, reset.person, self._desk.platform.now())
        return response

    async def done(self, request: Request) -> Response:
        """What was done."""
        reset = self._reset(request)
        if reset is None or not reset.done:
            return _to(START)
        return self._layout.page(request, "reset_done.html")

    async def _judge(self, request: Request, reset: Reset, pace: Pace) -> Response:
        given, problem = await _given(request, reset)
        if problem is None and given is None:
            await look(self._desk, pace, reset)
            problem = words.SILENT
        elif given is not None:
            await answer(self._desk, pace, reset, given)
        latest = latest_of(self._desk, reset)
        elsewhere = _next_of(latest)
        return (
            _to(elsewhere) if elsewhere else self._proof(request, latest, 422, problem or words.wrong(latest.attempt))
        )

    async def _ask_again(self, request: Request, reset: Reset, way: Way | None) -> Response:
        async with paced(self._floors.usual) as pace:
            if reset.proven:
                return _to(METHOD)
            try:
                await ask_again(self._desk, pace, reset, way, _address(request))
            except ResetOverError:
                self._desk.resets.end(reset.id)
                return self._over(request)
            return _to(PROOF)

    async def _ask_another(self, request: Request, reset: Reset, method: MethodRef, *, by_code: bool) -> Response:
        try:
            await ask_another(self._desk, reset, method, by_code=by_code, ip_address=_address(request))
        except ResetOverError:
            return self._over(request)
        except (ProductRefusedError, ProductUnreachableError) as reason:
            log.warning("a second proof can't be asked for: %s", reason)
            return self._methods(request, reset, 422, words.NOT_NOW)
        return _to(PROOF)

    def _proof(self, request: Request, reset: Reset, status: int = 200, problem: str | None = None) -> Response:
        attempt, method = reset.attempt, reset.asked_method
        return self._layout.page(
            request,
            "reset_proof.html",
            status,
            asked=words.asked(reset),
            attempt=attempt,
            takes_code=method is None or attempt.number == "",
            problem=words.ended(attempt, self._desk.platform.now()) or problem,
            is_open=attempt.is_open(self._desk.platform.now()),
        )

    def _methods(self, request: Request, reset: Reset, status: int = 200, error: str | None = None) -> Response:
        listed = _own_choices(reset) if reset.proven else {str(way): text for way, text in words.WAYS.items()}
        return self._layout.page(
            request,
            "reset_method.html",
            status,
            choices=listed,
            second=bool(reset.proven),
            error=error,
            help=self._layout.help,
        )

    def _password(self, request: Request, status: int = 200, error: str | None = None) -> Response:
        limits = {"shortest": SHORTEST, "longest": LONGEST}
        return self._layout.page(request, "reset_password.html", status, error=error, **limits)

    def _over(self, request: Request) -> Response:
        return self._layout.page(request, "reset_over.html", 410)

    def _reset(self, request: Request) -> Reset | None:
        return self._desk.resets.find(request.cookies.get(COOKIE), self._desk.platform.now())


def _next_of(reset: Reset) -> str | None:
    """Where a person goes on who has proven what was asked."""
    if reset.done:
        return DONE
    if reset.is_proven:
        return NEW
    is_asked = reset.asked_method is not None and reset.asked_method not in reset.proven
    return METHOD if reset.proven and not is_asked else None


async def _given(request: Request, reset: Reset) -> tuple[Mapping[str, object] | None, str | None]:
    """What the form says, as the product takes it; nothing, if it is empty; and what is missing."""
    form = await request.form()
    if reset.attempt.questions:
        said = {one.id: str(form.get(f"answer-{one.id}", "")).strip()[:256] for one in reset.attempt.questions}
        if not all(said.values()):
            return None, words.UNANSWERED
        return {"answers": [{"questionId": key, "answer": value} for key, value in said.items()]}, None
    code = str(form.get("code", "")).strip()[:64]
    return ({"code": code} if code else None), None


def _own_choices(reset: Reset) -> dict[str, str]:
    """The person's other methods; an app can be asked in two ways."""
    choices: dict[str, str] = {}
    for method in reset.unproven:
        choices[method.id] = words.called(method)
        if method.type == "authenticatorApp":
            choices[method.id + BY_CODE] = words.called(method) + words.BY_CODE
    return choices


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _to(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303)
