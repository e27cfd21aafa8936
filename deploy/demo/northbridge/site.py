"""Northbridge's pages."""

import logging
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from deploy.demo.northbridge import wording
from deploy.demo.northbridge.flow import (
    PASSWORD_ALONE,
    TWO_STEPS,
    Platform,
    ask_product,
    ask_second_step,
    check_password,
    finish_sign_in,
    take_answer,
    take_second_step,
)
from deploy.demo.northbridge.layout import Layout
from deploy.demo.northbridge.product import ProductRefusedError, ProductUnreachableError, rights_of
from deploy.demo.northbridge.proofs import NotVerifiedError
from deploy.demo.northbridge.results import ResultRefusedError
from deploy.demo.northbridge.second_step import SecondStep
from deploy.demo.northbridge.sessions import Session
from deploy.demo.northbridge.wording import NotSignedIn
from deploy.demo.people import PASSWORD, SignInRefusedError

COOKIE = "northbridge_session"
SECOND_STEP_COOKIE = "northbridge_second_step"
ASK_LATER = frozenset({409, 422, 423, 429})
"""How the product refuses a person who could prove something, but not now."""
FRESH = timedelta(minutes=10)
"""How long ago a person may have signed in to manage security info; the product asks for the same."""

log = logging.getLogger(__name__)


def build_site(platform: Platform, layout: Layout) -> APIRouter:
    """The routes that people use."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(platform, layout)
    router.get("/")(pages.sign_in_page)
    router.post("/sign-in")(pages.sign_in)
    router.get("/sign-in")(pages.go_on)
    router.get("/verified")(pages.come_back_proven)
    router.get("/cant-sign-in")(pages.cant_sign_in)
    router.get("/return")(pages.come_back)
    router.get("/home")(pages.home)
    router.get("/my-security-info")(pages.manage)
    router.get("/operations")(pages.operations)
    router.post("/sign-out")(pages.sign_out)
    return router


class Pages:
    """One method a page; what they do is in flow.py."""

    def __init__(self, platform: Platform, layout: Layout) -> None:
        self._platform = platform
        self._layout = layout
        self._page = layout.page
        self._characters = platform.characters

    async def sign_in_page(self, request: Request, who: Annotated[str, Query(max_length=200)] = "") -> Response:
        """The form, with the fields filled in for a person who was chosen."""
        chosen = next((person for person in self._characters if person.listed and person.name == who), None)
        user_name, password = (chosen.user_name, PASSWORD) if chosen else ("", "")
        return self._sign_in_form(request, user_name=user_name, password=password)

    async def sign_in(
        self,
        request: Request,
        user_name: Annotated[str, Form(alias="userName", max_length=200)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """Check the password, then have the person asked for a second step."""
        try:
            step = await check_password(self._platform, user_name, password)
        except SignInRefusedError:
            log.info("a sign-in was refused")
            return self._sign_in_form(request, user_name=user_name, error=True)
        response = await self._ask_second_step(request, step)
        response.set_cookie(SECOND_STEP_COOKIE, step.id, httponly=True, samesite="lax")
        return response

    async def go_on(self, request: Request) -> Response:
        """Ask the product again: for the second step, or where it could not be reached after that."""
        step = self._second_step(request)
        if step:
            return await self._ask_second_step(request, step)
        session = self._session(request)
        return await self._ask(request, session, "signIn") if session else _to("/")

    async def come_back_proven(
        self,
        request: Request,
        state: Annotated[str, Query(max_length=512)] = "",
        challenge_id: Annotated[str, Query(alias="challengeId", max_length=64)] = "",
    ) -> Response:
        """Back from the second step; what the address says of it counts for nothing."""
        step = self._second_step(request)
        if step is None:
            return self._refused(request, signed_in=False)
        try:
            amr = await take_second_step(self._platform, step, state, challenge_id)
        except NotVerifiedError as ended:
            log.info("%s is not signed in: the second step is %s", step.person.id, ended)
            return self._not_signed_in(request, wording.not_verified(ended.status))
        except ResultRefusedError as reason:
            log.warning("a proof was refused: %s", reason)
            return self._refused(request, signed_in=True)
        except ProductUnreachableError as reason:
            return self._unreachable(request, reason)
        return await self._finish(request, step, amr)

    async def cant_sign_in(self, request: Request) -> Response:
        """The ways back in."""
        return self._page(request, "cant_sign_in.html", help=self._layout.help)

    async def come_back(
        self,
        request: Request,
        state: Annotated[str, Query(max_length=512)] = "",
        result: Annotated[str, Query(max_length=8192)] = "",
    ) -> Response:
        """Take the answer that the browser brings; the address with the result does not stay in the history's page."""
        session = self._session(request)
        if session is None:
            return self._refused(request, signed_in=False)
        try:
            await take_answer(self._platform, session, state, result)
        except ResultRefusedError as reason:
            log.warning("a result was refused: %s", reason)
            return self._refused(request, signed_in=True)
        except ProductUnreachableError as reason:
            return self._unreachable(request, reason)
        return _to("/home")

    async def home(self, request: Request) -> Response:
        """The landing page."""
        session = self._session(request)
        if session is None:
            return _to("/")
        outcome = session.outcome
        return self._page(
            request,
            "home.html",
            person=session.person,
            rights=rights_of(session.person),
            two_steps=session.amr == TWO_STEPS,
            outcome=outcome,
            headline=wording.headline(outcome) if outcome else "",
            sentence=wording.sentence(outcome) if outcome else "",
            methods=wording.methods_in_words(outcome.methods) if outcome else [],
        )

    async def manage(self, request: Request) -> Response:
        """Send the person to their security info; a sign-in of long ago is not good enough."""
        session = self._session(request)
        return await self._ask_afresh(request, session, "manage") if session else _to("/")

    async def operations(self, request: Request) -> Response:
        """Send whoever works there to the product's Operations; the platform says who does, and what they may open."""
        session = self._session(request)
        if session is None or not rights_of(session.person):
            return _to("/home" if session else "/")
        return await self._ask_afresh(request, session, "administer")

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        session, step = self._session(request), self._second_step(request)
        if session is not None:
            self._platform.sessions.end(session)
        if step is not None:
            self._platform.second_steps.end(step)
        response = _to("/")
        response.delete_cookie(SECOND_STEP_COOKIE, httponly=True, samesite="lax")
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    async def _ask_afresh(self, request: Request, session: Session, intent: str) -> Response:
        if self._platform.now() - session.authenticated_at > FRESH:
            return self._sign_in_form(request, user_name=session.person.user_name, again=True)
        return await self._ask(request, session, intent)

    async def _ask_second_step(self, request: Request, step: SecondStep) -> Response:
        try:
            url = await ask_second_step(self._platform, step, request.client.host if request.client else "")
        except ProductUnreachableError as reason:
            return self._unreachable(request, reason)
        except ProductRefusedError as reason:
            log.warning("the second step of %s was refused: %s", step.person.id, reason)
            if reason.status in ASK_LATER:
                return self._not_signed_in(request, wording.not_asked(reason))
            return self._page(request, "unavailable.html", 502, intent="signIn")
        return _to(url) if url else await self._finish(request, step, PASSWORD_ALONE)

    async def _finish(self, request: Request, step: SecondStep, amr: tuple[str, ...]) -> Response:
        """Signed in; what the product wants of the person comes next."""
        try:
            session = finish_sign_in(self._platform, step, amr, self._session(request))
        except SignInRefusedError:
            return _to("/")
        response = await self._ask(request, session, "signIn")
        response.set_cookie(COOKIE, session.id, httponly=True, samesite="lax")
        return response

    async def _ask(self, request: Request, session: Session, intent: str) -> Response:
        try:
            url = await ask_product(self._platform, session, intent)
        except ProductUnreachableError as reason:
            return self._unreachable(request, reason)
        except ProductRefusedError as reason:
            log.warning("the product refused to be asked: %s", reason)
            return self._page(request, "unavailable.html", 502, intent=intent)
        return _to(url or "/home")

    def _session(self, request: Request) -> Session | None:
        return self._platform.sessions.find(request.cookies.get(COOKIE))

    def _second_step(self, request: Request) -> SecondStep | None:
        return self._platform.second_steps.find(request.cookies.get(SECOND_STEP_COOKIE), self._platform.now())

    def _sign_in_form(
        self, request: Request, *, user_name: str, password: str = "", error: bool = False, again: bool = False
    ) -> Response:
        return self._page(
            request,
            "sign_in.html",
            401 if error else 200,
            people=[character for character in self._characters if character.listed],
            demo_password=PASSWORD,
            user_name=user_name,
            password=password,
            error=error,
            again=again,
            session=self._session(request),
        )

    def _unreachable(self, request: Request, reason: ProductUnreachableError) -> Response:
        log.warning("the product can't be reached: %s", reason)
        retry = request.url.path + (f"?{request.url.query}" if request.method == "GET" and request.url.query else "")
        return self._page(request, "unreachable.html", 503, retry=retry)

    def _not_signed_in(self, request: Request, why: NotSignedIn) -> Response:
        return self._page(request, "not_signed_in.html", 403, why=why)

    def _refused(self, request: Request, *, signed_in: bool) -> Response:
        return self._page(request, "refused.html", 400, signed_in=signed_in)


def _to(url: str) -> Response:
    return RedirectResponse(url, 303)
