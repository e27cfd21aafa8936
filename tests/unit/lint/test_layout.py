"""What belongs to a method lies in its folder; files and folders stay small."""

import pytest

from tests.lint import layout
from tests.lint.source import Source

HANDLERS = "services/enrollment/challenges/handlers/opening.py"


def asked(code: str, path: str = HANDLERS) -> list[str]:
    return [finding.message for finding in layout.method_names(Source.parse(path, code))]


@pytest.mark.parametrize(
    "code",
    [
        'if method.type == "passkey": pass',
        'if method.type in {"passkey", "phone"}: pass',
        'if kind != "code": pass',
        'match challenge.terms.kind:\n    case "call" | "totp": pass',
        'LABELS = {"softwareOath": "Other authenticator app"}',
        'AT_ONCE = frozenset({"recoveryCodes"})',
        'KEY = "passkey"',
        'AT_ONCE = ["recoveryCodes", "totp"]',
        'LABELS = dict(passkey="Passkey")',
        'if operator.eq(method.type, "passkey"): pass',
        'if method["type"] == "phone": pass',
        'match method:\n    case Method(type="phone"): pass',
        'if step.startswith("authenticatorApp.scan"): pass',
    ],
)
def test_a_comparison_with_a_type_of_method_or_a_kind_of_proof_is_found(code: str) -> None:
    assert asked(code)


@pytest.mark.parametrize(
    "code",
    [
        'if form.action == "code": pass',
        'if challenge.channel == "email": pass',
        'if policy.registration_proof == "temporaryAccessPass": pass',
        'class Policy:\n    registration_proof: Literal["nothing", "temporaryAccessPass"] = "nothing"',
    ],
)
def test_what_only_has_the_same_word_is_left_alone(code: str) -> None:
    assert not asked(code)


@pytest.mark.parametrize(
    "path",
    [
        "services/enrollment/methods/passkey/pages.py",
        "services/enrollment/proofs/app_code/words.py",
        "services/verifier/app.py",
    ],
)
def test_a_method_may_know_itself_and_other_services_keep_their_own_rules(path: str) -> None:
    assert not asked('if method.type == "passkey": pass', path)


def test_a_file_of_more_than_320_lines_is_found() -> None:
    lines = [f"name_{number} = {number}" for number in range(layout.MOST_LINES)]
    assert not list(layout.lengths(Source.parse(HANDLERS, "\n".join(lines))))
    assert list(layout.lengths(Source.parse(HANDLERS, "\n".join([*lines, "one_more = 1"]))))


def test_a_folder_of_more_than_16_modules_is_found_whatever_its_init() -> None:
    paths = [f"services/kit/m{number}.py" for number in range(layout.MOST_MODULES)]
    assert not list(layout.folders([*paths, "services/kit/__init__.py"]))
    assert [finding.path for finding in layout.folders([*paths, "services/kit/more.py"])] == ["services/kit"]
