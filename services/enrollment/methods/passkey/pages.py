"""The page of a passkey: made in the wizard, used in "Verify it's you"."""

from typing import Final

from fastapi import Response
from pydantic import Field, SecretStr

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Verdict
from services.enrollment.challenges.handlers.submitting import submit_proof
from services.enrollment.methods.base.handlers import GivenCredential
from services.enrollment.methods.base.pages import AskedProof, MethodPages, ProofPage, Step
from services.enrollment.methods.base.step_pages import back_of, last_step
from services.enrollment.methods.passkey import handlers as passkeys
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.passkey.views import PasskeyView
from services.enrollment.methods.passkey.words import DONE, passkey_problem
from services.enrollment.sessions.handlers.asking import asked_challenge
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import ProofForm
from services.enrollment.web.judging import NOTHING, Feedback, ShowAgain, judge
from services.enrollment.web.request import PageRequest, frame, html
from services.kit.errors import NotFoundError, ProblemError


class CredentialForm(ProofForm):
    """What the browser returned (WebAuthn Level 3, section 5.1), as JSON."""

    credential: SecretStr = Field(SecretStr(""), max_length=32768)

    @property
    def given(self) -> GivenCredential:
        return GivenCredential(self.credential.get_secret_value())


async def show_passkey(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
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
        error=feedback.error,
        back=back_of(principal, "passkey"),
        different_method=may_choose(principal, page.deps),
    )
    return html(principal, view, feedback.status)


async def credential_made(page: PageRequest, form: CredentialForm) -> Response:
    """Have the verifier check what the browser made."""

    async def submission() -> tuple[Challenge, Verdict]:
        challenge = await asked_challenge(page.principal, form.challenge, page.deps)
        return await submit_proof(challenge, form.given, page.deps)

    return await judge(page, submission(), show_passkey, _explained, field="credential")


def _explained(problem: type[ProblemError], _: Challenge) -> str:
    return passkey_problem(problem)


def _view(asked: AskedProof) -> PasskeyView:
    return PasskeyView(
        step="prove",
        frame=asked.frame,
        options=passkey_options(asked.challenge, asked.page.principal.account, asked.page.deps),
        challenge_id=asked.challenge.id,
        ceremony="get",
        error=asked.error,
        other_method=asked.other_method,
    )


async def _answer(page: PageRequest, challenge: Challenge, form: CredentialForm, show: ShowAgain) -> Response:
    judging = submit_proof(challenge, form.given, page.deps)
    return await judge(page, judging, show, _explained, field="credential")


PAGES: Final = MethodPages(
    type="passkey", steps={"passkey": Step(show_passkey, credential_made, CredentialForm), **last_step("passkey", DONE)}
)
PROOF: Final = ProofPage(kind="passkey", view=_view, answer=_answer, form=CredentialForm)
