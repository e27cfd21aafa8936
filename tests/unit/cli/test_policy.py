"""`security-info policy check`: what it says of a file, and with which exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.failures import CommandFailedError
from services.cli.program import app
from services.kit.config.file import ConfigError

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "config.yaml"


def check(file: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["policy", "check", str(file), *options], env={"COLUMNS": "120"})


def changed(folder: Path, was: str, becomes: str) -> Path:
    """The demo's configuration with one thing in it changed."""
    text = DEMO.read_text()
    assert was in text
    file = folder / "config.yaml"
    file.write_text(text.replace(was, becomes, 1))
    return file


def test_the_demos_policies_have_warnings_and_no_errors() -> None:
    done = check(DEMO)

    assert done.exit_code == 0
    assert "northbridge/frontline" in done.output
    assert "NIST SP 800-63B-4, 3.1.3.3 and 3.2.9" in done.output
    assert "7 groups: 0 errors, " in done.output


def test_errors_leave_with_1_and_name_the_group_and_the_clause(tmp_path: Path) -> None:
    file = changed(tmp_path, "allowed: [phone, recoveryCodes]", "allowed: [phone, securityQuestions]")

    done, as_json = check(file), check(file, "--json")

    assert (done.exit_code, as_json.exit_code) == (1, 1)
    assert "NIST SP 800-63B-4, 3.1.1.2" in done.output
    document = json.loads(as_json.output)
    assert document["errors"] == 1
    (error,) = [one for one in document["findings"] if one["severity"] == "error"]
    assert error == {
        "tenant": "northbridge",
        "code": "securityQuestions",
        "severity": "error",
        "group": "strict",
        "clause": "NIST SP 800-63B-4, 3.1.1.2",
        "text": "Security questions are offered; no answer is a secret. Take them off the list.",
    }


def test_a_profile_is_tried_on_every_group_clause_by_clause() -> None:
    done = check(DEMO, "--profile", "asvs-l2")

    assert done.exit_code == 1
    (questions,) = [line for line in done.output.splitlines() if line.startswith("6.4.2 ")]
    assert "broken by" in questions
    (counted,) = [line for line in done.output.splitlines() if line.startswith("6.3.1 ")]
    assert " met " in counted
    assert "OWASP ASVS 5.0, 6.4.2" in done.output


def test_a_field_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = check(changed(tmp_path, "number: 2", "numbr: 2"))

    assert isinstance(done.exception, ConfigError)
    assert "policy check" in str(done.exception)
    assert "tenants.northbridge.groups.everyone.numbr" in str(done.exception)


@pytest.mark.parametrize("options", [("--nonsense",), ("more",)])
def test_wrong_usage_is_2(options: tuple[str, ...]) -> None:
    assert check(DEMO, *options).exit_code == 2


POLICY = """
policyVersion: "7"
authenticationMethodConfigurations:
  - { id: phone, state: enabled, includeTargets: [{ id: all_users }, { id: nobody }] }
registrationEnforcement:
  defaultGroup: staff
  groups:
    - { id: staff, required: [phone] }
    - { id: strict, required: [passkey], profile: nist-aal2 }
"""


def test_a_policy_in_the_shape_of_the_api_is_checked_too(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)

    done = check(file, "--json")

    found = {(one["code"], one["severity"], one["group"]) for one in json.loads(done.output)["findings"]}
    assert done.exit_code == 1
    assert {
        ("requiredNotEnabled", "error", "strict"),
        ("groupUnknown", "warning", "nobody"),
        ("telephonyOnly", "warning", "staff"),
    } <= found


def test_a_mistake_in_such_a_policy_is_placed(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY.replace("required: [phone]", "requird: [phone]"))

    done = check(file)

    assert isinstance(done.exception, CommandFailedError)
    assert "registrationEnforcement.groups.0.requird" in str(done.exception)


def test_what_is_no_policy_is_not_applied() -> None:
    done = CliRunner().invoke(app, ["policy", "apply", str(DEMO), "--token", "x"])

    assert isinstance(done.exception, CommandFailedError)
