""" "Verify it's you": choose a method, and prove it by the page of its kind."""

from dataclasses import replace

from fastapi import Response

from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Verdict, Wrong
from services.enrollment.challenges.handlers import verdicts as reports
from services.enrollment.challenges.handlers.submitting import submit_proof
from services.enrollment.dependencies import Dependencies
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.base.handlers import Given, GivenAnswers, GivenCredential
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.phone.pages import require_challenge, resend
from services.enrollment.methods.security_questions.domain import offered_questions
from services.enrollment.sessions.handlers import step_up as proving
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import (
    AskedQuestionsView,
    ChooseView,
    FieldError,
    Frame,
    MessageView,
    PasskeyView,
    TypedProofView,
    View,
)
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard.views import Filled, label_of
from services.enrollment.web.wording import (
    CANT_SIGN_IN,
    CHECKING,
    CHOOSE_ONE,
    LOCKED_OUT,
    NOTHING_TO_PROVE,
    TRY_AGAIN,
    WAYS_TO_PROVE,
    answers_wrong,
    app_code_problem,
    code_problem,
    passkey_problem,
    refused_choice,
    typed_problem,
)
from services.kit.errors import ProblemError, UnknownMethodError

REFUSED_CHOICES = frozenset({"rateLimited", "methodCoolingDown"})
"""Why a method cannot be asked for now, though it is on the list."""


async def show_choice(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """All methods that prove that the person is there, the best first."""
    usable = await proving.choices(page.principal, page.deps)
    if not usable:
        return _show_no_way_on(page)
    view = ChooseView(
        step="prove.choose",
        frame=frame(page, "prove.choose"),
        heading="Choose a method",
        question="How do you want to verify that it's you?",
        choices=tuple(_choice(method) for method in usable),
        chosen=usable[0].id,
        error=error,
    )
    return html(page.principal, view, status)


def _show_no_way_on(page: PageRequest) -> Response:
    policy = page.deps.policy(page.principal.account)
    verifying = page.principal.session.verifying is not None
    new = not verifying and not proving.locked_out(page.principal.account, page.deps)
    heading, text = NOTHING_TO_PROVE.get(policy.registration_proof, LOCKED_OUT) if new else LOCKED_OUT
    again = (TRY_AGAIN, page.site.page) if new and policy.registration_proof == "temporaryAccessPass" else None
    shown = frame(page, "prove.choose", title=heading)
    return html(page.principal, MessageView(shown, heading, text, action=again, help=CANT_SIGN_IN), 403)


async def chosen(page: PageRequest, form: WizardForm) -> Response:
    """Start with a method."""
    try:
        await proving.prove_by(page.principal, form.method, page.deps)
    except ProblemError as problem:
        if isinstance(problem, UnknownMethodError):
            return await show_choice(page, FieldError("method", CHOOSE_ONE), 422)
        if problem.code in REFUSED_CHOICES:
            return await show_choice(page, FieldError("method", refused_choice(problem)), problem.status)
        raise
    return to_wizard(page)


async def show(
    page: PageRequest, filled: Filled | None = None, status: int = 200, *, unheard: bool = False
) -> Response:
    """The page of the kind of proof that is asked for."""
    challenge = await require_challenge(page)
    method = page.principal.account.method(challenge.method_id)
    if method is None:
        return await show_choice(page)
    given = filled or Filled()
    return html(page.principal, _view(page, challenge, method, given, unheard=unheard), 409 if unheard else status)


async def act(page: PageRequest, form: WizardForm) -> Response:
    """What the page of this kind of proof can do."""
    challenge = await require_challenge(page)
    match form.action:
        case "other":
            await proving.choose_another(page.principal, page.deps)
            return to_wizard(page)
        case "resend":
            return await resend(page, show)
        case "again" if challenge.terms.kind == "call" and challenge.still_waits(page.components.clock.now()):
            return await resend(page, show)
        case "again" | "code" | "request":
            return await _again(page, form, challenge)
        case "report":
            await reports.suspicious_reported(challenge, store=page.deps, clock=page.deps.clock)
            return to_wizard(page)
    return await _answered(page, form, challenge)


async def _again(page: PageRequest, form: WizardForm, challenge: Challenge) -> Response:
    by_app = form.action == "code" or (form.action == "again" and challenge.terms.kind == "totp")
    try:
        await proving.prove_by(page.principal, challenge.method_id, page.deps, by_app=by_app, again=True)
    except ProblemError as problem:
        if problem.code not in REFUSED_CHOICES:
            raise
        moved = replace(page, principal=await proving.choose_another(page.principal, page.deps))
        return await show_choice(moved, FieldError("method", refused_choice(problem)), problem.status)
    return to_wizard(page)


async def _answered(page: PageRequest, form: WizardForm, challenge: Challenge) -> Response:
    match challenge.terms.kind:
        case "pushApproval" | "call":
            return to_wizard(page) if challenge.status == "verified" else await show(page, unheard=True)
        case "passkey":
            return await _credential(page, form, challenge)
        case "securityQuestions":
            return await _answers(page, form, challenge)
        case _:
            return await judge_typed(page, form, _code_again)


async def _credential(page: PageRequest, form: WizardForm, challenge: Challenge) -> Response:
    given = GivenCredential(form.credential.get_secret_value())
    _, verdict = await _submitted(challenge, given, page)
    if not isinstance(verdict, Wrong):
        return to_wizard(page)
    error = FieldError("credential", passkey_problem(verdict.reason))
    return await show(page, Filled(error=error), verdict.problem.status)


async def _answers(page: PageRequest, form: WizardForm, challenge: Challenge) -> Response:
    given = GivenAnswers(list(zip(form.question, form.answer, strict=False)))
    judged, verdict = await _submitted(challenge, given, page)
    if not isinstance(verdict, Wrong):
        return to_wizard(page)
    error = FieldError("answer-1", answers_wrong(verdict.reason, judged))
    return await show(page, Filled(error=error), verdict.problem.status)


async def _submitted(challenge: Challenge, given: Given, page: PageRequest) -> tuple[Challenge, Verdict]:
    """What is refused by its form is as wrong as what the verifier refuses."""
    try:
        return await submit_proof(challenge, given, page.deps)
    except ProblemError as problem:
        return challenge, Wrong(problem.code)


async def _code_again(page: PageRequest, challenge: Challenge, code: str, status: int) -> Response:
    texts = {"totp": app_code_problem, "code": code_problem}
    text = texts.get(challenge.terms.kind, typed_problem)(code, challenge)
    return await show(page, Filled(error=FieldError("code", text)), status)


def _view(page: PageRequest, challenge: Challenge, method: Method, given: Filled, *, unheard: bool) -> View:
    shown, deps = frame(page, "prove", given.notice), page.deps
    others = len(proving.askable(page.principal, deps)) > 1
    match challenge.terms.kind:
        case "pushApproval":
            return challenge_views.try_view(
                shown,
                challenge,
                deps,
                device=label_of(method),
                number=apps.number_of(challenge, deps.sealer),
                step="prove",
                has_codes=method.has_codes,
                unheard=unheard,
                other_method=others,
            )
        case "call":
            return challenge_views.call_view(shown, challenge, deps, unheard=unheard, step="prove", other_method=others)
        case "totp":
            is_ours = method.type == "authenticatorApp"
            return challenge_views.app_code_view(
                shown,
                challenge,
                deps,
                app=label_of(method) if is_ours else "your app",
                error=given.error,
                step="prove",
                request_possible=is_ours,
                other_method=others,
            )
        case "code":
            return challenge_views.code_view(shown, challenge, given, deps, step="prove", other_method=others)
    return _view_of_what_the_person_has(page, challenge, shown, given, others=others)


def _view_of_what_the_person_has(
    page: PageRequest, challenge: Challenge, shown: Frame, given: Filled, *, others: bool
) -> View:
    deps, kind = page.deps, challenge.terms.kind
    ended = challenge.status_at(deps.clock.now()) != "pending"
    checking = CHECKING if challenge.pending_submission and not ended else None
    events_url = f"{shown.site.events}?challenge={challenge.id}"
    if kind == "passkey":
        return PasskeyView(
            step="prove",
            frame=shown,
            options=passkey_options(challenge, page.principal.account, deps),
            challenge_id=challenge.id,
            ceremony="get",
            error=given.error,
            other_method=others,
        )
    if kind == "securityQuestions":
        return AskedQuestionsView(
            frame=shown,
            challenge_id=challenge.id,
            questions=_asked(challenge, page.principal.account.tenant, deps),
            attempts_left=challenge.attempts_left,
            error=given.error,
            other_method=others,
            ended=ended,
            checking=checking,
            events_url=events_url,
        )
    return TypedProofView(
        frame=shown,
        kind="recoveryCode" if kind == "recoveryCode" else "temporaryAccessPass",
        challenge_id=challenge.id,
        attempts_left=challenge.attempts_left,
        error=given.error,
        other_method=others,
        ended=ended,
        checking=checking,
        events_url=events_url,
    )


def _asked(challenge: Challenge, tenant: str, deps: Dependencies) -> tuple[tuple[str, str], ...]:
    texts = offered_questions(deps.config.tenant(tenant).security_questions)
    asked = challenge.terms.questions.question_ids if challenge.terms.questions else ()
    return tuple((one, texts.get(one, one)) for one in asked)


def _choice(method: Method) -> tuple[str, str, str]:
    return (method.id, label_of(method), WAYS_TO_PROVE[method.type].format(where=method.display_name))
