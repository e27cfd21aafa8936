"""What cannot be read says, for the log, what it lacks, and nothing of what was submitted."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from schemas.base import Event
from schemas.verification import ChallengeTerms, ProofKind, PushApproved, TotpTerms
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.registry import Methods, known_methods
from tests.support.builders.app_proofs import push_terms
from tests.support.builders.challenges import TENANT, USER, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import (
    ANSWERS,
    answers_submitted,
    asked_for,
    credential_submitted,
    pass_part,
    passkey_part,
    questions_part,
)
from tests.support.clock import NOON
from tests.support.in_memory.judging import quick_hash

METHODS = known_methods(keyring("verifier"), quick_hash())
PARTS: Mapping[ProofKind, dict[str, object]] = {
    "temporaryAccessPass": {"access_pass": pass_part()},
    "securityQuestions": {"questions": questions_part()},
    "totp": {"totp": TotpTerms()},
    "passkey": {"passkey": passkey_part()},
}
NEW: dict[str, Any] = {"purpose": "registration"}


def _asked(kind: ProofKind, **fields: Any) -> ChallengeTerms:
    match kind:
        case "code":
            return terms()
        case "pushApproval":
            return push_terms()
    return asked_for(kind, **{**PARTS.get(kind, {}), **fields})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("code", "no code was submitted, or the terms lack their code part"),
        ("call", "no call was answered, or the terms lack their code part"),
        ("pushApproval", "no signed answer was submitted"),
        ("totp", "no code was submitted"),
        ("securityQuestions", "no answers were submitted, or the terms lack their questions"),
        ("passkey", "no credential was submitted"),
        ("recoveryCode", "no code was submitted"),
        ("temporaryAccessPass", "no pass was submitted"),
    ],
)
def test_a_submission_of_another_kind_is_named(kind: ProofKind, text: str) -> None:
    of = _asked(kind)
    other = answers_submitted(of, ANSWERS) if kind != "securityQuestions" else submitted(of, "1")
    _read(kind, other, text)


@pytest.mark.parametrize(
    ("kind", "submission", "text"),
    [
        ("totp", submitted(asked_for("totp"), "1"), "the terms lack their part about codes of an app"),
        ("totp", submitted(_asked("totp", **NEW), "1"), "a registration lacks its secret"),
        (
            "totp",
            submitted(_asked("totp", **NEW, totp=TotpTerms(secret="k.x")), "1"),
            "the sealed secret does not open",
        ),
        (
            "temporaryAccessPass",
            submitted(asked_for("temporaryAccessPass", **NEW), "1"),
            "the terms lack when the pass is good",
        ),
        ("passkey", credential_submitted(asked_for("passkey"), "{}"), "the terms lack what a passkey signs"),
        ("recoveryCode", submitted(_asked("recoveryCode", **NEW), ""), "there are no codes to keep"),
        (
            "securityQuestions",
            answers_submitted(_asked("securityQuestions", **NEW), {"pet": "Rex"}),
            "the answers to keep are not those to the questions in the terms",
        ),
        (
            "securityQuestions",
            answers_submitted(_asked("securityQuestions"), {"pet": 1}),  # type: ignore[dict-item]
            "the answers are no JSON object of texts",
        ),
        (
            "pushApproval",
            PushApproved(submission_id="s", terms=asked_for("pushApproval"), answer="k.x", submitted_at=NOON),
            "the terms lack their push part",
        ),
    ],
)
def test_a_part_that_is_missing_is_named(kind: ProofKind, submission: Event, text: str) -> None:
    _read(kind, submission, text)


def test_what_is_sealed_for_somebody_else_does_not_open() -> None:
    text = "what was sealed for the challenge does not open"
    with pytest.raises(ProofUnreadableError, match=f"^{text}$"):
        METHODS.of("code").read(submitted(terms(), "1"), tenant=TENANT, user="kim")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("code", "the terms lack their code part"),
        ("call", "the terms lack their code part"),
        ("pushApproval", "the terms lack their push part"),
        ("securityQuestions", "the terms lack their questions"),
    ],
)
def test_terms_that_name_nobody_whose_failures_count_are_named(kind: ProofKind, text: str) -> None:
    bare = asked_for(kind).model_copy(update={"code": None})
    with pytest.raises(ProofUnreadableError, match=f"^{text}$"):
        METHODS.of(kind).identity(bare)


def test_a_kind_that_nobody_knows_is_named() -> None:
    with pytest.raises(ProofUnreadableError, match=r"^this kind of proof is not known here$"):
        Methods([]).of("code")


def _read(kind: ProofKind, submission: Any, text: str) -> None:
    with pytest.raises(ProofUnreadableError, match=f"^{re.escape(text)}$"):
        METHODS.of(kind).read(submission, tenant=TENANT, user=USER)
