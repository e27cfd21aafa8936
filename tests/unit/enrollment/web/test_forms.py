"""Forms as a browser sends them: each step reads its own fields, and nothing that is too long."""

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData

from services.enrollment.methods.base.pages import Step
from services.enrollment.methods.passkey.pages import CredentialForm
from services.enrollment.methods.phone.pages import PhoneNumberForm
from services.enrollment.methods.registry.pages import PROOF_PAGES
from services.enrollment.methods.security_questions.pages import AnswersForm
from services.enrollment.web.forms import CodeForm, SentForm, StepForm
from services.enrollment.web.wizard.steps import STEPS


def sent(*fields: tuple[str, str]) -> SentForm:
    return SentForm(FormData([*fields]))


def test_step_reads_its_own_fields_and_no_others() -> None:
    form = sent(("step", "phone"), ("number", "020 7946 0142"), ("formToken", "one-press"), ("address", "a@b.example"))
    assert form.read(StepForm).step == "phone"
    number = form.read(PhoneNumberForm)
    assert (number.number, number.press, number.action) == ("020 7946 0142", "one-press", "next")
    assert not hasattr(number, "address")


def test_field_that_was_left_empty_has_its_default() -> None:
    assert sent(("action", ""), ("code", "")).read(CodeForm) == CodeForm()


def test_last_value_of_a_field_counts() -> None:
    assert sent(("action", "next"), ("action", "resend")).read(StepForm).action == "resend"


def test_answers_go_with_their_questions_in_their_order() -> None:
    form = sent(("question", "first-pet"), ("answer", "Rex"), ("question", "first-car"), ("answer", ""))
    answers = form.read(AnswersForm).answers
    assert [(question, answer.get_secret_value()) for question, answer in answers] == [
        ("first-pet", "Rex"),
        ("first-car", ""),
    ]


@pytest.mark.parametrize(
    ("field", "longest"), [("session", 256), ("step", 64), ("action", 32), ("challenge", 64), ("credential", 32768)]
)
def test_field_that_is_too_long_is_refused_by_its_name_and_never_repeated(field: str, longest: int) -> None:
    assert sent((field, "x" * longest)).read(CredentialForm)
    with pytest.raises(RequestValidationError) as refused:
        sent((field, "x" * (longest + 1))).read(CredentialForm)
    assert [error["loc"] for error in refused.value.errors()] == [("body", field)]
    assert "xxx" not in str(refused.value.errors())


def test_too_many_answers_are_refused() -> None:
    with pytest.raises(RequestValidationError):
        sent(*[("answer", "Rex")] * 11).read(AnswersForm)


def test_an_answer_that_is_too_long_is_refused_and_never_repeated() -> None:
    assert sent(("answer", "x" * 256)).read(AnswersForm).answer
    with pytest.raises(RequestValidationError) as refused:
        sent(("answer", "Rex"), ("answer", "x" * 257)).read(AnswersForm)
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [(("body", "answer", 1), "too_long")]
    assert "xxx" not in str(refused.value.errors())


FORMS: set[type[StepForm]] = {step.form for step in STEPS.values() if isinstance(step, Step)}
FORMS |= {page.form for page in PROOF_PAGES.values()}


@pytest.mark.parametrize("form", sorted(FORMS, key=str), ids=lambda form: form.__name__)
def test_each_field_of_each_form_is_bounded(form: type[StepForm]) -> None:
    properties = form.model_json_schema()["properties"]
    assert {name for name, schema in properties.items() if "maxLength" not in schema.get("items", schema)} == set()
    assert {name for name, schema in properties.items() if "items" in schema and "maxItems" not in schema} == set()
