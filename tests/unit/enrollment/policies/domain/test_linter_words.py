"""Each finding says what is wrong, which clause says so, and what helps."""

import pytest

from services.enrollment.policies.domain.linter.finding import errors_of
from services.enrollment.policies.domain.linter.lint import lint_group
from services.enrollment.policies.domain.requirements import GroupPolicy, Use

APP = GroupPolicy(required=("authenticatorApp",), allowed=("phone",))
MAIL = GroupPolicy(number=1, allowed=("email", "phone", "passkey"))


def _with(policy: GroupPolicy, **fields: object) -> GroupPolicy:
    return policy.model_copy(update=fields)


@pytest.mark.parametrize(
    ("policy", "code", "clause", "text"),
    [
        (
            _with(APP, code_minutes=11),
            "codeLivesTooLong",
            "NIST SP 800-63B-4, 3.1.3.2; OWASP ASVS 5.0, 6.5.5",
            "Codes live 11 minutes. Let them live 10 at most.",
        ),
        (
            _with(APP, reset=Use(required=("email", "securityQuestions")), profile="nist-aal2"),
            "resetUnreachable",
            None,
            "Nobody can have what password reset asks for: email and securityQuestions can never count for it. Allow "
            "more for reset, or ask for less.",
        ),
        (
            _with(APP, two_step=Use(number=3)),
            "twoStepUnreachable",
            None,
            "Nobody can have what two-step verification asks for: 3 types are asked for and only 2 can be set up that "
            "count. Allow more for twoStep, or ask for less.",
        ),
        (
            _with(MAIL, reset=Use(number=3)),
            "resetNumberTooHigh",
            None,
            "Password reset asks for 3 methods, and for 2 at most it can. Ask for fewer, and let `number` of the group "
            "say how many there must be in all.",
        ),
        (
            GroupPolicy(allowed=("phone", "passkey")),
            "nothingAsked",
            None,
            "Nothing is required: people sign in with a password alone until they add a method themselves.",
        ),
        (
            MAIL,
            "recoveryOnly",
            None,
            "People can be complete with email alone, which only recovers an account. Require a method for two-step "
            "verification.",
        ),
        (
            _with(MAIL, profile="nist-aal2"),
            "nothingProves",
            None,
            "People can be complete with email alone, which proves nothing under nist-aal2: they could not sign in. "
            "Require a method that proves the person.",
        ),
        (
            GroupPolicy(required=("passkey",), allowed=("phone",)),
            "passkeyUnavoidable",
            None,
            "Nobody can be complete without a passkey: this strands whoever uses a browser or a device that has none. "
            "Allow another way, or give those people a group of their own.",
        ),
        (
            GroupPolicy(required=("phone",)),
            "noWayBack",
            None,
            "Only phone proves the person. Whoever loses it is stranded until they are given a Temporary Access Pass. "
            "Allow another method to recover with.",
        ),
        (
            _with(APP, allowed=("securityQuestions",), profile="asvs-l2"),
            "securityQuestions",
            "OWASP ASVS 5.0, 6.4.2",
            "Security questions are offered; no answer is a secret. Take them off the list.",
        ),
        (
            MAIL,
            "emailAsFactor",
            "NIST SP 800-63B-4, 3.1.3.1",
            "An email address counts as one of the methods that are asked for, and is no out-of-band factor.",
        ),
        (
            GroupPolicy(required=("email",), allowed=("phone", "passkey")),
            "emailAsFactor",
            "NIST SP 800-63B-4, 3.1.3.1",
            "An email address counts as one of the methods that are asked for, and is no out-of-band factor.",
        ),
        (
            GroupPolicy(required=("phone",), profile="asvs-l2"),
            "telephonyOnly",
            "OWASP ASVS 5.0, 6.6.1",
            "The phone is restricted, and no alternative is offered. Allow an authenticator app or a passkey.",
        ),
        (
            GroupPolicy(allowed=("phone", "passkey"), profile="asvs-l2"),
            "nothingAsked",
            "OWASP ASVS 5.0, 6.3.3",
            "Nothing is required: people sign in with a password alone until they add a method themselves.",
        ),
        (
            _with(APP, allowed=("hardwareOath",), profile="asvs-l2"),
            "tokenCodesLiveLong",
            "OWASP ASVS 5.0, 6.5.5",
            "hardwareOath is offered: nobody sets its clock, so its codes are taken for longer than 30 seconds. Take "
            "it off the list.",
        ),
        (
            GroupPolicy(required=("phone",), profile="nist-aal2"),
            "telephonyOnly",
            "NIST SP 800-63B-4, 3.1.3.3 and 3.2.9",
            "The phone is restricted, and no alternative is offered. Allow an authenticator app or a passkey.",
        ),
        (
            _with(APP, two_step=Use(methods=("authenticatorApp",)), reset=Use(number=1)),
            "weakReset",
            "OWASP ASVS 5.0, 6.4.3",
            "phone alone can reset a password, and is no second factor: it goes around two-step verification. Ask for "
            "2 methods, or take it off reset.methods.",
        ),
        (
            _with(APP, reset=Use(number=1, methods=("phone",))),
            "noSpareForReset",
            None,
            "Only phone can be set up that count for password reset. Whoever loses one and forgets the password is "
            "stranded until they are given a Temporary Access Pass. Let another one count.",
        ),
        (
            _with(APP, registration_proof="temporaryAccessPass"),
            "passNeeded",
            None,
            "Whoever has no method yet is stranded until they are given a Temporary Access Pass. Give everybody one "
            "before their first sign-in.",
        ),
        (
            _with(APP, voice="key", profile="nist-aal2"),
            "keyConfirmsCall",
            "NIST SP 800-63B-4, 3.1.3.1",
            "A call is answered with a key, which is approve or deny and nothing more. Let it read a code out.",
        ),
    ],
)
def test_a_finding_says_what_helps(policy: GroupPolicy, code: str, clause: str | None, text: str) -> None:
    assert [(one.clause, one.text) for one in lint_group(policy) if one.code == code] == [(clause, text)]


@pytest.mark.parametrize(
    ("policy", "severity", "text"),
    [
        (
            GroupPolicy(required=("phone", "authenticatorApp")),
            "error",
            "phone is needed, but no provider is configured for sms or voice: no code would arrive.",
        ),
        (APP, "warning", "phone is offered, but no provider is configured for sms or voice: no code would arrive."),
    ],
)
def test_who_has_no_provider_is_told_which_one_is_missing(policy: GroupPolicy, severity: str, text: str) -> None:
    found = [(one.severity, one.text) for one in lint_group(policy, {"email"}) if one.code == "noProvider"]
    assert found == [(severity, text)]


def test_a_reset_by_what_counts_for_two_step_is_not_weak() -> None:
    assert "weakReset" not in {one.code for one in lint_group(_with(APP, reset=Use(number=1)))}


def test_only_errors_forbid_a_policy() -> None:
    found = lint_group(_with(APP, code_minutes=11, registration_proof="temporaryAccessPass"))
    assert {one.code for one in found} >= {"codeLivesTooLong", "passNeeded"}
    assert [one.code for one in errors_of(found)] == ["codeLivesTooLong"]
