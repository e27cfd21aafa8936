"""The steps of what a person knows or keeps: security questions, recovery codes, a passkey."""

from fastapi import Response
from pydantic import SecretStr

from services.enrollment.challenges.domain.verdict import Wrong
from services.enrollment.challenges.handlers.submitting import submit_proof
from services.enrollment.methods.base.handlers import GivenCredential
from services.enrollment.methods.passkey import handlers as passkeys
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.recovery_codes.handlers import codes_of, prepare_codes, register_codes
from services.enrollment.methods.security_questions.domain import MOST, offered_questions
from services.enrollment.methods.security_questions.handlers import register_answers
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers.asking import asked_challenge
from services.enrollment.web.rendering import (
    FieldError,
    PasskeyView,
    QuestionRow,
    QuestionsView,
    RecoveryCodesView,
    RecoveryIntroView,
)
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import back_of
from services.enrollment.web.wording import CHECKING, NOT_SAVED, answers_problem, passkey_problem
from services.kit.errors import NotFoundError, ProblemError, SessionEndedError


async def show_questions(
    page: PageRequest, rows: tuple[QuestionRow, ...] = (), error: FieldError | None = None, status: int = 200
) -> Response:
    """Choose questions and answer them."""
    own = page.deps.config.tenant(page.principal.account.tenant).security_questions
    view = QuestionsView(
        frame=frame(page, "securityQuestions", CHECKING if await _is_being_kept(page) else None),
        rows=rows or tuple(QuestionRow(chosen="") for _ in range(own.to_register)),
        questions=tuple(offered_questions(own).items()),
        error=error,
        back=back_of(page.principal, "securityQuestions"),
        different_method=sessions.may_choose(page.principal, page.deps),
    )
    return html(page.principal, view, status)


async def answers_given(page: PageRequest, form: WizardForm) -> Response:
    """Keep the answers, or say which one is no good; what was typed is not shown again."""
    answers = list(zip(form.question, form.answer, strict=False))[:MOST]
    try:
        await register_answers(page.principal, answers, page.deps)
    except ProblemError as problem:
        if isinstance(problem, SessionEndedError):
            raise
        position = problem.members.get("position")
        at = position if isinstance(position, int) else 0
        text = answers_problem(problem)
        rows = tuple(
            QuestionRow(chosen=question, error=text if index == at else None)
            for index, (question, _) in enumerate(answers)
        )
        return await show_questions(page, rows, FieldError(f"answer-{at + 1}", text), problem.status)
    return to_wizard(page)


async def show_questions_kept(page: PageRequest) -> Response:
    """What the answers are for."""
    return html(
        page.principal,
        views.verified_view(frame(page, "securityQuestions.verified"), page.principal, "securityQuestions"),
    )


async def show_recovery(page: PageRequest) -> Response:
    """What recovery codes are."""
    view = RecoveryIntroView(
        frame=frame(page, "recoveryCodes"),
        back=back_of(page.principal, "recoveryCodes"),
        different_method=sessions.may_choose(page.principal, page.deps),
        replaces=bool(page.principal.account.of_type("recoveryCodes")),
    )
    return html(page.principal, view)


async def act_on_recovery(page: PageRequest, _: WizardForm) -> Response:
    """To the codes."""
    await prepare_codes(page.principal, page.deps)
    return to_wizard(page)


async def show_codes(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """The codes, until the person says that they are saved; a refresh shows the same ones."""
    draft = page.principal.session.draft
    if draft is None:
        raise NotFoundError
    codes = codes_of(draft, page.principal.claimant, page.deps)
    grouped = tuple(SecretStr(_in_groups(code.get_secret_value())) for code in codes)
    view = RecoveryCodesView(frame=frame(page, "recoveryCodes.show"), codes=grouped, error=error)
    return html(page.principal, view, status)


async def codes_saved(page: PageRequest, form: WizardForm) -> Response:
    """From now on they count, and are shown no more."""
    if not form.saved:
        return await show_codes(page, FieldError("saved", NOT_SAVED), 422)
    await register_codes(page.principal, page.deps)
    return to_wizard(page)


async def show_codes_kept(page: PageRequest) -> Response:
    """What recovery codes are for."""
    return html(
        page.principal, views.verified_view(frame(page, "recoveryCodes.verified"), page.principal, "recoveryCodes")
    )


async def show_passkey(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """Make a passkey; a refresh asks for the same one."""
    principal = await passkeys.ask_passkey(page.principal, page.deps)
    requested = principal.session.requested
    if requested is None:
        raise NotFoundError
    view = PasskeyView(
        step="passkey",
        frame=frame(page, "passkey"),
        options=passkey_options(requested, principal.account, page.deps),
        challenge_id=requested.id,
        ceremony="create",
        error=error,
        back=back_of(principal, "passkey"),
        different_method=sessions.may_choose(principal, page.deps),
    )
    return html(principal, view, status)


async def credential_made(page: PageRequest, form: WizardForm) -> Response:
    """Have the verifier check what the browser made."""
    try:
        challenge = await asked_challenge(page.principal, form.challenge, page.deps)
        given = GivenCredential(form.credential.get_secret_value())
        _, verdict = await submit_proof(challenge, given, page.deps)
    except ProblemError as problem:
        if isinstance(problem, SessionEndedError):
            raise
        return await show_passkey(page, FieldError("credential", passkey_problem(problem.code)), problem.status)
    if not isinstance(verdict, Wrong):
        return to_wizard(page)
    error = FieldError("credential", passkey_problem(verdict.reason))
    return await show_passkey(page, error, verdict.problem.status)


async def show_passkey_made(page: PageRequest) -> Response:
    """What the passkey is for."""
    return html(page.principal, views.verified_view(frame(page, "passkey.verified"), page.principal, "passkey"))


async def _is_being_kept(page: PageRequest) -> bool:
    requested = page.principal.session.requested
    if requested is None or requested.method_type != "securityQuestions":
        return False
    stored = await page.deps.challenges.get(requested.id)
    return stored is not None and stored.state.pending_submission is not None


def _in_groups(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
