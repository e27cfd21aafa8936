"""The order of the steps, and what a session keeps on its way."""

from datetime import timedelta

import pytest

from services.enrollment.devices.domain import Activation
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Draft, RecentProof, RequestedChange, Verifying
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, account, method, proof_of, wizard_session

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
    "requested_change": RequestedChange(type="phone", changes="m1"),
}
"""What is kept while a method is being set up."""


@pytest.mark.parametrize(
    ("step", "following"),
    [
        ("prompt", "phone"),
        ("authenticatorApp", "authenticatorApp.setup"),
        ("authenticatorApp.setup", "authenticatorApp.scan"),
    ],
)
def test_next_leads_on(step: str, following: str) -> None:
    assert steps.go_on(account(), wizard_session(step=step)) == wizard_session(step=following)


def test_what_is_on_file_or_was_registered_in_this_session_is_done() -> None:
    plan = ("phone", "email")
    held = account(method("phone"), method("email", "m2", state="suspended"))
    assert steps.next_step(held, wizard_session(plan=plan)) == "email"
    assert steps.next_step(held, wizard_session(plan=plan, registered=("m2",))) == "success"


@pytest.mark.parametrize(("intent", "home"), [("manage", "manage"), ("administer", "operations")])
def test_a_session_that_is_not_for_setting_up_leads_home(intent: str, home: str) -> None:
    assert steps.next_step(account(), wizard_session(intent=intent)) == home


def test_the_end_of_the_plan_completes_and_forgets_what_was_begun() -> None:
    ended = steps.go_on(account(), wizard_session(step="phone.verified", plan=(), **BEGUN))
    assert ended == wizard_session(step="success", plan=(), outcome="completed")


def test_a_method_is_set_up_anew_with_its_own_change_and_plan() -> None:
    change = RequestedChange(type="email", replaces="m2")
    assert steps.set_up(wizard_session(**BEGUN), "email", change, ("email",)) == wizard_session(
        step="email", requested_change=change, plan=("email",)
    )
    assert steps.set_up(wizard_session(**BEGUN), "email") == wizard_session(step="email")


def test_what_is_shown_is_kept_with_the_session() -> None:
    assert steps.show_code(wizard_session(), ACTIVATION, "authenticatorApp.scan") == wizard_session(
        step="authenticatorApp.scan", activation=ACTIVATION
    )
    assert steps.show_draft(wizard_session(), DRAFT, "softwareOath.scan") == wizard_session(
        step="softwareOath.scan", draft=DRAFT
    )
    waiting = wizard_session(step="phone.code", requested=CHALLENGE)
    assert steps.wait_for_proof(wizard_session(), CHALLENGE, "phone.code") == waiting


def test_a_proof_is_asked_for_before_the_person_goes_on() -> None:
    asked = wizard_session(step="prove.choose", after_proof="manage")
    assert steps.ask_for_proof(wizard_session(requested=CHALLENGE), then="manage") == asked


def test_after_a_proof_the_person_goes_where_they_wanted_to() -> None:
    proof = RecentProof(method_id="m1", method_type="phone", at=NOW)
    waiting = wizard_session(step="prove", after_proof="manage", requested=CHALLENGE)
    assert steps.proven(account(), waiting, proof) == wizard_session(step="manage", proof=proof)


def test_after_a_proof_without_a_wish_the_person_sets_up_what_is_missing() -> None:
    proof = RecentProof(method_id="m1", method_type="phone", at=NOW)
    waiting = wizard_session(step="prove", plan=("phone", "email"))
    assert steps.proven(account(method("phone")), waiting, proof).step == "email"


def test_without_a_wish_a_proof_leads_to_what_the_plan_lacks() -> None:
    assert steps.let_on(account(), wizard_session(step="prove")) == wizard_session(step="phone")
    assert steps.let_on(account(), wizard_session(step="prove", plan=())) == wizard_session(
        step="success", plan=(), outcome="completed"
    )


def test_a_proof_of_a_type_counts_once_for_a_platform() -> None:
    verifying = Verifying(client_id="shop", purpose="passwordReset", proofs_required=2, proven=("phone",))
    session = wizard_session(verifying=verifying, requested=CHALLENGE)
    assert steps.proven_for_platform(session, verifying, "phone", NOW) == session


def test_a_platform_is_answered_once_enough_is_proven() -> None:
    verifying = Verifying(client_id="shop", purpose="passwordReset", proofs_required=2)
    session = wizard_session(verifying=verifying, requested=CHALLENGE)
    first = verifying.model_copy(update={"proven": ("phone",)})
    both = verifying.model_copy(update={"proven": ("phone", "email")})
    halfway = steps.proven_for_platform(session, verifying, "phone", NOW)
    assert halfway == wizard_session(verifying=first, step="prove.choose")
    assert steps.proven_for_platform(halfway, first, "email", NOW) == wizard_session(
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
    assert steps.shown_step(wizard_session(step=step), asked) == shown


def test_from_my_security_info_the_person_goes_back_with_nothing_begun() -> None:
    managing = wizard_session(intent="manage", step="phone", after_proof="manage", **BEGUN)
    assert steps.ask_again(managing) == wizard_session(step="confirm")
    assert steps.operate_again(managing) == wizard_session(intent="administer", step="operations")


def test_what_is_asked_for_is_counted_for_so_long() -> None:
    hour, session = timedelta(hours=1), wizard_session()
    for minute in range(3):
        session = steps.count_request(session, 3, hour, at=NOW + timedelta(minutes=minute))
    with pytest.raises(ProblemError) as refused:
        steps.count_request(session, 3, hour, at=NOW + timedelta(minutes=59))
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "61"})
    again = steps.count_request(session, 3, hour, at=NOW + hour)
    assert (again.requests, again.requests_since) == (1, NOW + hour)
