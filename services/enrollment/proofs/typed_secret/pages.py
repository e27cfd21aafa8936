"""The page of a secret that the person types, on "Verify it's you"."""

from functools import partial

from fastapi import Response

from schemas.verification import ProofKind
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.pages import AskedProof, ProofPage
from services.enrollment.proofs.typed_secret.views import TypedSecretView
from services.enrollment.proofs.typed_secret.words import SecretWords, secret_problem
from services.enrollment.web.forms import CodeForm
from services.enrollment.web.judging import ShowAgain, judge_code
from services.enrollment.web.request import PageRequest


def secret_page(kind: ProofKind, words: SecretWords) -> ProofPage[CodeForm]:
    """The page of a kind of secret."""

    def view(asked: AskedProof) -> TypedSecretView:
        return TypedSecretView(
            frame=asked.frame,
            words=words,
            challenge_id=asked.challenge.id,
            attempts_left=asked.challenge.attempts_left,
            error=asked.error,
            other_method=asked.other_method,
            ended=asked.ended,
            checking=asked.checking,
            events_url=asked.events_url,
        )

    async def answer(page: PageRequest, _: Challenge, form: CodeForm, show: ShowAgain) -> Response:
        return await judge_code(page, form, show, partial(secret_problem, words))

    return ProofPage(kind=kind, view=view, answer=answer, form=CodeForm)
