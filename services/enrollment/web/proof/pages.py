""" "Verify it's you": choose a method, and prove it by the page of its kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fastapi import Response

from schemas.base import Channel
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.cooldown import Cooldowns, available_first
from services.enrollment.methods.base.pages import AskedProof, Step, StepPage
from services.enrollment.methods.registry.pages import proof_page
from services.enrollment.methods.registry.words import label_of, proof_of, title_of
from services.enrollment.proofs.sent_code.pages import resend
from services.enrollment.sessions.handlers import step_up
from services.enrollment.web.forms import ChoiceForm, ProofForm, SentForm
from services.enrollment.web.judging import NOTHING, Feedback, ask_report, report, require_challenge
from services.enrollment.web.proof.words import (
    LOCKED_OUT,
    ONLY,
    PASS_NEEDED,
    QUESTION,
    SIGN_IN_AGAIN,
    TO_RESTORE,
    TRY_AGAIN,
    refused_choice,
    resting,
)
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import ChooseView, FieldError, MessageView, MethodChoice
from services.enrollment.web.words import CANT_SIGN_IN, CHOOSE_ONE
from services.kit.errors import MethodCoolingDownError, RateLimitedError, SendLimitReachedError, UnknownMethodError

NOT_NOW: Final = (RateLimitedError, MethodCoolingDownError, SendLimitReachedError)
"""Why a method cannot be asked for now, though it is on the list."""

INSTEAD: Final[Mapping[str, Channel]] = {"call": "voice", "text": "sms", "whatsapp": "whatsapp"}
"""Another way to reach a phone, by the button that asks for it."""


async def show_choice(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """All methods that prove that the person is there, the best first."""
    cooldowns = await step_up.session_cooldowns(page.principal, page.deps)
    usable = available_first(step_up.askable(page.principal, page.deps), cooldowns)
    if not usable:
        return _show_no_way_on(page)
    view = ChooseView(
        step="prove.choose",
        frame=frame(page, "prove.choose", _what_for(page)),
        question=QUESTION,
        only=ONLY,
        choices=tuple(_choice(method, _rest(method, cooldowns, page)) for method in usable),
        chosen=usable[0].id,
        error=error,
    )
    return html(page.principal, view, status)


async def chosen(page: PageRequest, form: ChoiceForm) -> Response:
    """Start with a method."""
    try:
        await step_up.prove_by(page.principal, form.method, page.deps)
    except UnknownMethodError:
        return await show_choice(page, FieldError("method", CHOOSE_ONE), 422)
    except NOT_NOW as problem:
        return await show_choice(page, FieldError("method", refused_choice(problem)), problem.status)
    return to_current_step(page)


async def show(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """The page of the kind of proof that is asked for."""
    challenge = await require_challenge(page)
    method = page.principal.account.method(challenge.method_id)
    if method is None:
        return await show_choice(page)
    asked = AskedProof(
        page=page,
        challenge=challenge,
        method=method,
        label=label_of(method),
        frame=frame(page, "prove", feedback.notice or await _why_a_code(page, method, challenge) or _what_for(page)),
        feedback=feedback,
        other_method=len(step_up.askable(page.principal, page.deps)) > 1,
        ways=step_up.ways_besides(challenge, method, page.deps),
    )
    return html(page.principal, proof_page(challenge).view(asked), feedback.status)


async def act(page: PageRequest, sent: SentForm) -> Response:
    """What the page of this kind of proof can do."""
    challenge, action = await require_challenge(page), sent.read(ProofForm).action
    proof = proof_page(challenge)
    if proof.resends(action, challenge, page.components.clock.now()):
        return await resend(page, show)
    match action:
        case "other":
            return await _choose_another(page)
        case "call" | "text" | "whatsapp":
            return await _ask_otherwise(page, challenge, INSTEAD[action])
        case "again" | "code" | "request":
            by_app = proof.again_by_code if action == "again" else action == "code"
            return await _ask_anew(page, challenge, by_app=by_app)
        case "ask-report" | "report":
            return await report(page, challenge) if action == "report" else ask_report(page, challenge, "prove")
    return await proof.submitted(page, challenge, sent, show)


class ProofStep:
    """The step that has the page of whatever kind of proof is asked for."""

    async def shown(self, page: PageRequest, _: bool, /) -> Response:
        return await show(page)

    async def submitted(self, page: PageRequest, sent: SentForm) -> Response:
        return await act(page, sent)


STEPS: Final[Mapping[str, StepPage]] = {
    "prove.choose": Step(show_choice, chosen, ChoiceForm),
    "prove": ProofStep(),
}


async def _ask_anew(page: PageRequest, challenge: Challenge, *, by_app: bool) -> Response:
    try:
        await step_up.prove_by(
            page.principal, challenge.method_id, page.deps, by_app=by_app, by=challenge.channel, again=True
        )
    except NOT_NOW as problem:
        moved = replace(page, principal=await step_up.choose_another(page.principal, page.deps))
        return await show_choice(moved, FieldError("method", refused_choice(problem)), problem.status)
    return to_current_step(page)


async def _ask_otherwise(page: PageRequest, challenge: Challenge, way: Channel) -> Response:
    """The same method by another way; where that is not possible now, the page says why, and goes on."""
    try:
        await step_up.prove_by(page.principal, challenge.method_id, page.deps, by=way)
    except NOT_NOW as problem:
        return await show(page, Feedback(notice=refused_choice(problem), status=problem.status))
    return to_current_step(page)


async def _choose_another(page: PageRequest) -> Response:
    await step_up.choose_another(page.principal, page.deps)
    return to_current_step(page)


def _show_no_way_on(page: PageRequest) -> Response:
    policy = page.deps.policy(page.principal.account)
    verifying = page.principal.session.verifying is not None
    new = not verifying and not step_up.locked_out(page.principal.account, page.deps)
    needs_pass = new and policy.registration_proof == "temporaryAccessPass"
    needs_sign_in = new and policy.registration_proof == "stepUp"
    heading, text = PASS_NEEDED if needs_pass else SIGN_IN_AGAIN if needs_sign_in else LOCKED_OUT
    shown = frame(page, "prove.choose", title=heading)
    again = (TRY_AGAIN, page.site.page) if needs_pass else None
    return html(page.principal, MessageView(shown, heading, text, action=again, help=CANT_SIGN_IN), 403)


def _what_for(page: PageRequest) -> str | None:
    """That a method comes back after the proof, where one shall."""
    account, restoring = page.principal.account, page.principal.session.restoring
    former = account.former_method(restoring, "person", page.deps.clock.now()) if restoring else None
    method = former.method if former else account.method(restoring or "")
    return TO_RESTORE.format(name=label_of(method)) if method else None


async def _why_a_code(page: PageRequest, method: Method, challenge: Challenge) -> str | None:
    """Where a code of the app is asked for: that it gets no requests, if it does not."""
    if challenge.terms.push or method.device_id is None:
        return None
    return _rest(method, await step_up.session_cooldowns(page.principal, page.deps), page)


def _choice(method: Method, rest: str | None) -> MethodChoice:
    return MethodChoice(method.id, title_of(method), rest or proof_of(method), method.type)


def _rest(method: Method, cooldowns: Cooldowns, page: PageRequest) -> str | None:
    """What to say of an app that gets no requests for a while."""
    until = cooldowns.unapproved.get(method.id)
    return resting(until, page.deps.clock.now(), has_codes=method.has_codes) if until else None
