"""What is stored of a method is English; a page says it in the reader's language."""

from contextvars import copy_context

import pytest

from schemas.base import MethodType
from services.enrollment.i18n import read_in
from services.enrollment.methods.registry.words import detail_of
from services.enrollment.methods.security_questions.domain import PREDEFINED
from services.enrollment.methods.security_questions.words import QUESTIONS
from tests.support.web.pseudo import speak_pseudo
from tests.unit.enrollment.builders import method


@pytest.mark.parametrize(
    ("kind", "stored", "said"),
    [
        ("authenticatorApp", "Authenticator app", "⟦Authenticator app⟧"),
        ("authenticatorApp", "Sam's phone", "Sam's phone"),
        ("softwareOath", "Authenticator app", "⟦Authenticator app⟧"),
        ("hardwareOath", "Token •••• 4711", "⟦Token •••• 4711⟧"),
        ("passkey", "Passkey", "⟦Passkey⟧"),
        ("securityQuestions", "3 questions", "⟦3 questions⟧"),
        ("recoveryCodes", "10 codes", "⟦10 codes⟧"),
        ("temporaryAccessPass", "Temporary Access Pass", "⟦Temporary Access Pass⟧"),
        ("phone", "+44 •••• ••0142", "+44 •••• ••0142"),
    ],
)
def test_a_stored_name_is_said_anew(kind: MethodType, stored: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speak_pseudo(monkeypatch)
    stored_method = method(kind, display_name=stored)

    def in_german() -> str:
        read_in("de")
        return str(detail_of(stored_method))

    assert copy_context().run(in_german) == said
    assert str(detail_of(stored_method)) == stored


def test_each_predefined_question_has_its_words() -> None:
    assert tuple(QUESTIONS) == PREDEFINED
