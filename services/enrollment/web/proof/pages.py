""" "Verify it's you": choose a method, and prove it by the page of its kind."""

from dataclasses import replace

from fastapi import Response

from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers import submitting as proofs
from services.enrollment.challenges.handlers import verdicts as reports
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.passkey import handlers as passkeys
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.phone.pages import require_challenge, resend
from services.enrollment.methods.security_questions.domain import offered_questions
from services.enrollment.sessions.handlers import step_up as proving
from services.enrollment.sessions.handlers.desk import Desk
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
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
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
from services.kit.errors import CATALOGUE, ProblemError

REFUSED_CHOICES = frozenset({"rateLimited", "methodCoolingDown"})
"""Why a method cannot be asked for now, though it is on the list."""


async def show_choice(here: Here, error: FieldError | None = None, status: int = 200) -> Response:
    """All methods that prove that the person is there, the best first."""
    usable = await proving.choices(here.visit, here.desk)
    if not usable:
        return _show_no_way_on(here)
    view = ChooseView(
        step="prove.choose",
        frame=frame(here, "prove.choose"),
        heading="Choose a method",
        question="How do you want to verify that it's you?",
        choices=tuple(_choice(method) for method in usable),
        chosen=usable[0].id,
        error=error,
    )
    return html(here.visit, view, status)


def _show_no_way_on(here: Here) -> Response:
    policy = here.desk.policy(here.visit.account)
    verifying = here.visit.session.verifying is not None
    new = not verifying and not proving.locked_out(here.visit.account, here.desk)
    heading, text = NOTHING_TO_PROVE.get(policy.registration_proof, LOCKED_OUT) if new else LOCKED_OUT
    again = (TRY_AGAIN, here.place.page) if new and policy.registration_proof == "temporaryAccessPass" else None
    shown = frame(here, "prove.choose", title=heading)
    return html(here.visit, MessageView(shown, heading, text, action=again, help=CANT_SIGN_IN), 403)


async def chosen(here: Here, form: WizardForm) -> Response:
    """Start with a method."""
    try:
        await proving.prove_by(here.visit, form.method, here.desk)
    except ProblemError as problem:
        if problem.code == "unknownMethod":
            return await show_choice(here, FieldError("method", CHOOSE_ONE), 422)
        if problem.code in REFUSED_CHOICES:
            return await show_choice(here, FieldError("method", refused_choice(problem)), problem.status)
        raise
    return to_wizard(here)


async def show(here: Here, filled: Filled | None = None, status: int = 200, *, unheard: bool = False) -> Response:
    """The page of the kind of proof that is asked for."""
    challenge = await require_challenge(here)
    method = here.visit.account.method(challenge.method_id)
    if method is None:
        return await show_choice(here)
    given = filled or Filled()
    return html(here.visit, _view(here, challenge, method, given, unheard=unheard), 409 if unheard else status)


async def act(here: Here, form: WizardForm) -> Response:
    """What the page of this kind of proof can do."""
    challenge = await require_challenge(here)
    match form.action:
        case "other":
            await proving.choose_another(here.visit, here.desk)
            return to_wizard(here)
        case "resend":
            return await resend(here, show)
        case "again" if challenge.terms.kind == "call" and challenge.still_waits(here.parts.clock.now()):
            return await resend(here, show)
        case "again" | "code" | "request":
            return await _again(here, form, challenge)
        case "report":
            await reports.suspicious_reported(challenge, store=here.desk.store, clock=here.desk.clock)
            return to_wizard(here)
    return await _answered(here, form, challenge)


async def _again(here: Here, form: WizardForm, challenge: Challenge) -> Response:
    by_app = form.action == "code" or (form.action == "again" and challenge.terms.kind == "totp")
    try:
        await proving.prove_by(here.visit, challenge.method_id, here.desk, by_app=by_app, again=True)
    except ProblemError as problem:
        if problem.code not in REFUSED_CHOICES:
            raise
        moved = replace(here, visit=await proving.choose_another(here.visit, here.desk))
        return await show_choice(moved, FieldError("method", refused_choice(problem)), problem.status)
    return to_wizard(here)


async def _answered(here: Here, form: WizardForm, challenge: Challenge) -> Response:
    match challenge.terms.kind:
        case "pushApproval" | "call":
            return to_wizard(here) if challenge.status == "verified" else await show(here, unheard=True)
        case "passkey":
            return await _credential(here, form, challenge)
        case "securityQuestions":
            return await _answers(here, form, challenge)
        case _:
            return await judge_typed(here, form, _code_again)


async def _credential(here: Here, form: WizardForm, challenge: Challenge) -> Response:
    try:
        _, result = await passkeys.submit_credential(challenge, form.credential.get_secret_value(), here.desk)
    except ProblemError as problem:
        result = problem.code
    if result in {None, "verified"}:
        return to_wizard(here)
    error = FieldError("credential", passkey_problem(result or ""))
    return await show(here, Filled(error=error), CATALOGUE[result or "credentialInvalid"].status)


async def _answers(here: Here, form: WizardForm, challenge: Challenge) -> Response:
    answers = list(zip(form.question, form.answer, strict=False))
    try:
        judged, result = await proofs.submit_answers_to(challenge, answers, here.desk)
    except ProblemError as problem:
        judged, result = challenge, problem.code
    if result in {None, "verified"}:
        return to_wizard(here)
    error = FieldError("answer-1", answers_wrong(result or "", judged))
    return await show(here, Filled(error=error), CATALOGUE[result or "codeIncorrect"].status)


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    texts = {"totp": app_code_problem, "code": code_problem}
    text = texts.get(challenge.terms.kind, typed_problem)(code, challenge)
    return await show(here, Filled(error=FieldError("code", text)), status)


def _view(here: Here, challenge: Challenge, method: Method, given: Filled, *, unheard: bool) -> View:
    shown, desk = frame(here, "prove", given.notice), here.desk
    others = len(proving.askable(here.visit, desk)) > 1
    match challenge.terms.kind:
        case "pushApproval":
            return challenge_views.try_view(
                shown,
                challenge,
                desk,
                device=label_of(method),
                number=apps.number_of(challenge, desk.sealer),
                step="prove",
                has_codes=method.has_codes,
                unheard=unheard,
                other_method=others,
            )
        case "call":
            return challenge_views.call_view(shown, challenge, desk, unheard=unheard, step="prove", other_method=others)
        case "totp":
            is_ours = method.type == "authenticatorApp"
            return challenge_views.app_code_view(
                shown,
                challenge,
                desk,
                app=label_of(method) if is_ours else "your app",
                error=given.error,
                step="prove",
                request_possible=is_ours,
                other_method=others,
            )
        case "code":
            return challenge_views.code_view(shown, challenge, given, desk, step="prove", other_method=others)
    return _view_of_what_the_person_has(here, challenge, shown, given, others=others)


def _view_of_what_the_person_has(
    here: Here, challenge: Challenge, shown: Frame, given: Filled, *, others: bool
) -> View:
    desk, kind = here.desk, challenge.terms.kind
    ended = challenge.status_at(desk.clock.now()) != "pending"
    checking = CHECKING if challenge.pending_submission and not ended else None
    events_url = f"{shown.place.events}?challenge={challenge.id}"
    if kind == "passkey":
        return PasskeyView(
            step="prove",
            frame=shown,
            options=passkey_options(challenge, here.visit.account, desk),
            challenge_id=challenge.id,
            ceremony="get",
            error=given.error,
            other_method=others,
        )
    if kind == "securityQuestions":
        return AskedQuestionsView(
            frame=shown,
            challenge_id=challenge.id,
            questions=_asked(challenge, here.visit.account.tenant, desk),
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


def _asked(challenge: Challenge, tenant: str, desk: Desk) -> tuple[tuple[str, str], ...]:
    texts = offered_questions(desk.config.tenant(tenant).security_questions)
    asked = challenge.terms.questions.question_ids if challenge.terms.questions else ()
    return tuple((one, texts.get(one, one)) for one in asked)


def _choice(method: Method) -> tuple[str, str, str]:
    return (method.id, label_of(method), WAYS_TO_PROVE[method.type].format(where=method.display_name))
