"""The order of the steps, and what a session keeps on its way."""

from datetime import timedelta

import pytest

from services.enrollment.domain import wizard
from services.enrollment.domain.account import Aim, Draft, Proof, Session, Verifying
from services.enrollment.domain.activation import Activation
from tests.unit.enrollment.builders import NOW, account, method, proof_of

CHALLENGE, _ = proof_of("phone")
DRAFT = Draft(method_id="m1", type="softwareOath", sealed="k1.secret")
ACTIVATION = Activation(
    handle="H1",
    tenant="northbridge",
    user="sam",
    method_id="m1",
    code="k1.code",
    secret="k1.secret",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
)
BEGUN: dict[str, object] = {
    "requested": CHALLENGE,
    "activation": ACTIVATION,
    "draft": DRAFT,
    "aim": Aim(type="phone", changes="m1"),
}
"""What is kept while a method is being set up."""


def _session(**fields: object) -> Session:
    made = Session(
        id="s1",
        intent="signIn",
        decision="register",
        plan=("phone", "email"),
        cookie_hash="hash",
        return_url="https://a.example/",
        started_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )
    return made.model_copy(update=fields)


@pytest.mark.parametrize(
    ("step", "following"),
    [
        ("prompt", "phone"),
        ("authenticatorApp", "authenticatorApp.setup"),
        ("authenticatorApp.setup", "authenticatorApp.scan"),
    ],
)
def test_next_leads_on(step: str, following: str) -> None:
    assert wizard.go_on(account(), _session(step=step)) == _session(step=following)


def test_what_is_on_file_or_was_registered_in_this_session_is_done() -> None:
    held = account(method("phone"), method("email", "m2", state="suspended"))
    assert wizard.next_step(held, _session()) == "email"
    assert wizard.next_step(held, _session(registered=("m2",))) == "success"


@pytest.mark.parametrize(("intent", "home"), [("manage", "manage"), ("administer", "operations")])
def test_a_session_that_is_not_for_setting_up_leads_home(intent: str, home: str) -> None:
    assert wizard.next_step(account(), _session(intent=intent)) == home


def test_the_end_of_the_plan_completes_and_forgets_what_was_begun() -> None:
    ended = wizard.go_on(account(), _session(step="phone.verified", plan=(), **BEGUN))
    assert ended == _session(step="success", plan=(), outcome="completed")


def test_a_method_is_set_up_anew_with_its_own_aim_and_plan() -> None:
    aim = Aim(type="email", replaces="m2")
    assert wizard.set_up(_session(**BEGUN), "email", aim, ("email",)) == _session(
        step="email", aim=aim, plan=("email",)
    )
    assert wizard.set_up(_session(**BEGUN), "email") == _session(step="email")


def test_what_is_shown_is_kept_with_the_session() -> None:
    assert wizard.show_code(_session(), ACTIVATION) == _session(step="authenticatorApp.scan", activation=ACTIVATION)
    assert wizard.show_draft(_session(), DRAFT, "softwareOath.scan") == _session(step="softwareOath.scan", draft=DRAFT)
    waiting = _session(step="phone.code", requested=CHALLENGE)
    assert wizard.wait_for_proof(_session(), CHALLENGE, "phone.code") == waiting


def test_a_proof_is_asked_for_before_the_person_goes_on() -> None:
    asked = _session(step="prove.choose", after_proof="manage")
    assert wizard.ask_for_proof(_session(requested=CHALLENGE), then="manage") == asked


def test_after_a_proof_the_person_goes_where_they_wanted_to() -> None:
    proof = Proof(method_id="m1", method_type="phone", at=NOW)
    waiting = _session(step="prove", after_proof="manage", requested=CHALLENGE)
    assert wizard.proven(account(), waiting, proof) == _session(step="manage", proof=proof)


def test_without_a_wish_a_proof_leads_to_what_the_plan_lacks() -> None:
    assert wizard.let_on(account(), _session(step="prove")) == _session(step="phone")
    assert wizard.let_on(account(), _session(step="prove", plan=())) == _session(
        step="success", plan=(), outcome="completed"
    )


def test_a_proof_of_a_type_counts_once_for_a_platform() -> None:
    verifying = Verifying(client_id="shop", purpose="passwordReset", proofs_required=2, proven=("phone",))
    session = _session(verifying=verifying, requested=CHALLENGE)
    assert wizard.proven_for_platform(session, verifying, "phone", NOW) == session


def test_a_platform_is_answered_once_enough_is_proven() -> None:
    verifying = Verifying(client_id="shop", purpose="passwordReset", proofs_required=2)
    session = _session(verifying=verifying, requested=CHALLENGE)
    first = verifying.model_copy(update={"proven": ("phone",)})
    both = verifying.model_copy(update={"proven": ("phone", "email")})
    halfway = wizard.proven_for_platform(session, verifying, "phone", NOW)
    assert halfway == _session(verifying=first, step="prove.choose")
    assert wizard.proven_for_platform(halfway, first, "email", NOW) == _session(
        verifying=both, step="success", outcome="completed", ended_at=NOW
    )


@pytest.mark.parametrize(
    ("step", "asked", "shown"),
    [
        ("phone", "choose", "choose"),
        ("phone.code", "softwareOath", "softwareOath"),
        ("phone.verified", "choose", "phone.verified"),
        ("success", "choose", "success"),
        ("phone", "email", "phone"),
        ("phone", None, "phone"),
        ("authenticatorApp.test", "authenticatorApp.setup", "authenticatorApp.setup"),
        ("manage", "prompt", "manage"),
    ],
)
def test_an_earlier_step_or_another_way_can_be_looked_at(step: str, asked: str | None, shown: str) -> None:
    assert wizard.shown_step(_session(step=step), asked) == shown


def test_from_my_security_info_the_person_goes_back_with_nothing_begun() -> None:
    managing = _session(intent="manage", step="phone", after_proof="manage", **BEGUN)
    assert wizard.ask_again(managing) == _session(step="confirm")
    assert wizard.operate_again(managing) == _session(intent="administer", step="operations")
