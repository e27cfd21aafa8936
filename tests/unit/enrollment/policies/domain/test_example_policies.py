"""The example policies are complete documents, and the linter says of them what their readers are told."""

import json
from pathlib import Path

import pytest

from schemas.base import MethodType
from services.enrollment.policies.domain.document import PolicyDocument, lint_document, policies_in
from services.enrollment.policies.domain.linter.lint import lint_groups
from services.enrollment.policies.domain.policy import missing_methods

EXAMPLES = Path(__file__).parents[5] / "docs" / "examples" / "policies"


@pytest.mark.parametrize(
    ("name", "warnings", "plan"),
    [
        ("the-seeds", set(), ("authenticatorApp", "phone")),
        ("sms-only", {"telephonyOnly", "noWayBack", "noSpareForReset"}, ("phone",)),
        ("passwordless", {"passkeyUnavoidable", "passNeeded"}, ("passkey", "recoveryCodes")),
        ("two-for-reset", set(), ("authenticatorApp", "email")),
        ("nist-aal2", set(), ("authenticatorApp", "phone")),
    ],
)
def test_an_example_has_no_errors_and_the_warnings_that_it_is_known_for(
    name: str, warnings: set[str], plan: tuple[MethodType, ...]
) -> None:
    document = PolicyDocument.model_validate(json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")))
    groups, default_group = policies_in(document)
    found = (*lint_document(document), *lint_groups(groups))
    assert {(one.code, one.severity) for one in found} == {(code, "warning") for code in warnings}
    assert missing_methods(groups[default_group], ()) == plan


def test_every_example_is_here() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.json")} == {
        "the-seeds",
        "sms-only",
        "passwordless",
        "two-for-reset",
        "nist-aal2",
    }
