"""What the configuration file asks of people: as enrollment reads it, over what all services read."""

from pathlib import Path

import pytest

from services.enrollment.config import Config
from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.enrollment.policies.domain.tenant import Tenant
from services.kit.config.file import ConfigError, SharedConfig, load_config

FILE = """
tenants:
  northbridge:
    displayName: Northbridge
    groups:
      everyone: {}
      frontline: {required: [phone], allowed: [phone]}
    defaultGroup: everyone
    securityQuestions: {toRegister: 4}
clients: {}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(text)
    return file


def test_the_terms_are_the_profiles_with_what_the_tenant_and_the_group_override() -> None:
    groups = {
        "mild": GroupPolicy(),
        "strict": GroupPolicy(profile="nist-aal2"),
        "own": GroupPolicy(code_minutes=3, tries=4, number_digits=3, voice="code", session_minutes=10),
    }
    plain = Tenant(display_name="N", groups=groups, default_group="mild")
    tenant = plain.model_copy(update={"code_minutes": 8})
    assert plain.terms_for(()) == Terms(code_minutes=5, tries=5, number_digits=2, voice="key", session_minutes=15)
    assert (tenant.terms_for(()).code_minutes, tenant.terms_for(("own",)).code_minutes) == (8, 3)
    assert (plain.terms_for(("strict",)).voice, plain.terms_for(("strict",)).number_digits) == ("code", 3)
    own = Terms(code_minutes=3, tries=4, number_digits=3, voice="code", session_minutes=10)
    assert tenant.terms_for(("own",)) == own


def test_a_policy_without_a_word_about_uses_says_what_it_always_said() -> None:
    old = {"required": ["phone"], "number": 2, "allowed": ["email"], "profile": "entra", "confirmEveryDays": 0}
    policy = GroupPolicy.model_validate(old)
    assert (policy.two_step, policy.reset, policy.order, policy.registration_proof) == (None, None, (), "nothing")
    assert policy.may_choose_different


def test_a_person_has_the_policy_of_the_first_group_that_has_one(tmp_path: Path) -> None:
    tenant = load_config(Config, written(tmp_path, FILE), {}).tenant("northbridge")
    assert tenant.policy_for(("nobody", "frontline")).required == ("phone",)
    assert tenant.policy_for(()).required == ()


def test_others_read_the_same_file_and_pass_over_what_is_asked_of_people(tmp_path: Path) -> None:
    file = written(tmp_path, FILE)
    assert load_config(Config, file, {}).tenant("northbridge").security_questions.to_register == 4
    assert load_config(SharedConfig, file, {}).tenant("northbridge").message_name == "Northbridge"


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("[phone], allowed", "[fax], allowed", r"groups\.frontline\.required\.0"),
        ("required: [phone]", "requird: [phone]", r"groups\.frontline\.requird"),
        ("defaultGroup: everyone", "defaultGroup: nobody", "defaultGroup nobody is none of its groups"),
        ("toRegister: 4", "toAsk: 5", "toAsk is more than toRegister"),
        ("    defaultGroup", "    surprise: 1\n    defaultGroup", "surprise"),
    ],
)
def test_a_mistake_in_what_is_asked_is_placed_in_one_line(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    with pytest.raises(
        ConfigError, match=rf"SECURITY_INFO_CONFIG: .*config\.yaml: tenants\.northbridge.*{named}"
    ) as caught:
        load_config(Config, written(tmp_path, FILE.replace(was, becomes, 1)), {})
    assert "\n" not in str(caught.value)
