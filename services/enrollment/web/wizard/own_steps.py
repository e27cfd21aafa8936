"""The steps of what a person knows or keeps: security questions, recovery codes, a passkey."""

from fastapi import Response
from pydantic import SecretStr

from services.enrollment.challenges.handlers import at_once
from services.enrollment.challenges.handlers.submitting import asked_challenge
from services.enrollment.methods.passkey import handlers as passkeys
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.security_questions.domain import MOST, offered_questions
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.web.rendering import (
    FieldError,
    PasskeyView,
    QuestionRow,
    QuestionsView,
    RecoveryCodesView,
    RecoveryIntroView,
)
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import back_of
from services.enrollment.web.wording import CHECKING, NOT_SAVED, answers_problem, passkey_problem
from services.kit.errors import CATALOGUE, ProblemError


async def show_questions(
    here: Here, rows: tuple[QuestionRow, ...] = (), error: FieldError | None = None, status: int = 200
) -> Response:
    """Choose questions and answer them."""
    own = here.desk.config.tenant(here.visit.account.tenant).security_questions
    view = QuestionsView(
        frame=frame(here, "securityQuestions", CHECKING if await _is_being_kept(here) else None),
        rows=rows or tuple(QuestionRow(chosen="") for _ in range(own.to_register)),
        questions=tuple(offered_questions(own).items()),
        error=error,
        back=back_of(here.visit, "securityQuestions"),
        different_method=sessions.may_choose(here.visit, here.desk),
    )
    return html(here.visit, view, status)


async def answers_given(here: Here, form: WizardForm) -> Response:
    """Keep the answers, or say which one is no good; what was typed is not shown again."""
    answers = list(zip(form.question, form.answer, strict=False))[:MOST]
    try:
        await at_once.register_answers(here.visit, answers, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        position = problem.members.get("position")
        at = position if isinstance(position, int) else 0
        text = answers_problem(problem)
        rows = tuple(
            QuestionRow(chosen=question, error=text if index == at else None)
            for index, (question, _) in enumerate(answers)
        )
        return await show_questions(here, rows, FieldError(f"answer-{at + 1}", text), problem.status)
    return to_wizard(here)


async def show_questions_kept(here: Here) -> Response:
    """What the answers are for."""
    return html(
        here.visit, views.verified_view(frame(here, "securityQuestions.verified"), here.visit, "securityQuestions")
    )


async def show_recovery(here: Here) -> Response:
    """What recovery codes are."""
    view = RecoveryIntroView(
        frame=frame(here, "recoveryCodes"),
        back=back_of(here.visit, "recoveryCodes"),
        different_method=sessions.may_choose(here.visit, here.desk),
        replaces=bool(here.visit.account.of_type("recoveryCodes")),
    )
    return html(here.visit, view)


async def act_on_recovery(here: Here, _: WizardForm) -> Response:
    """To the codes."""
    await at_once.show_codes(here.visit, here.desk)
    return to_wizard(here)


async def show_codes(here: Here, error: FieldError | None = None, status: int = 200) -> Response:
    """The codes, until the person says that they are saved; a refresh shows the same ones."""
    draft = here.visit.session.draft
    if draft is None:
        raise ProblemError("notFound")
    codes = at_once.codes_of(draft, here.visit.applicant, here.desk)
    grouped = tuple(SecretStr(_in_groups(code.get_secret_value())) for code in codes)
    view = RecoveryCodesView(frame=frame(here, "recoveryCodes.show"), codes=grouped, error=error)
    return html(here.visit, view, status)


async def codes_saved(here: Here, form: WizardForm) -> Response:
    """From now on they count, and are shown no more."""
    if not form.saved:
        return await show_codes(here, FieldError("saved", NOT_SAVED), 422)
    await at_once.register_codes(here.visit, here.desk)
    return to_wizard(here)


async def show_codes_kept(here: Here) -> Response:
    """What recovery codes are for."""
    return html(here.visit, views.verified_view(frame(here, "recoveryCodes.verified"), here.visit, "recoveryCodes"))


async def show_passkey(here: Here, error: FieldError | None = None, status: int = 200) -> Response:
    """Make a passkey; a refresh asks for the same one."""
    visit = await passkeys.ask_passkey(here.visit, here.desk)
    requested = visit.session.requested
    if requested is None:
        raise ProblemError("notFound")
    view = PasskeyView(
        step="passkey",
        frame=frame(here, "passkey"),
        options=passkey_options(requested, visit.account, here.desk),
        challenge_id=requested.id,
        ceremony="create",
        error=error,
        back=back_of(visit, "passkey"),
        different_method=sessions.may_choose(visit, here.desk),
    )
    return html(visit, view, status)


async def credential_made(here: Here, form: WizardForm) -> Response:
    """Have the verifier check what the browser made."""
    try:
        challenge = await asked_challenge(here.visit, form.challenge, here.desk)
        _, result = await passkeys.submit_credential(challenge, form.credential.get_secret_value(), here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        return await show_passkey(here, FieldError("credential", passkey_problem(problem.code)), problem.status)
    if result in {None, "verified"}:
        return to_wizard(here)
    code = result or "credentialInvalid"
    return await show_passkey(here, FieldError("credential", passkey_problem(code)), CATALOGUE[code].status)


async def show_passkey_made(here: Here) -> Response:
    """What the passkey is for."""
    return html(here.visit, views.verified_view(frame(here, "passkey.verified"), here.visit, "passkey"))


async def _is_being_kept(here: Here) -> bool:
    requested = here.visit.session.requested
    if requested is None or requested.method_type != "securityQuestions":
        return False
    stored = await here.desk.store.challenges.get(requested.id)
    return stored is not None and stored.state.pending_submission is not None


def _in_groups(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
