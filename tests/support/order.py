"""In which order files are handed to the workers: the longest first, so that none is left alone with one in the end."""

from pathlib import Path

TESTS = Path(__file__).parents[1]

LONGEST_FIRST = (
    # First, since these stop their broker.
    "integration/kafka/test_kafka_failures.py",
    "integration/notifier/test_notifier_delivery.py",
    "e2e/verification/test_password_reset.py",
    "e2e/test_my_security_info.py",
    "e2e/verification/test_second_step.py",
    "e2e/wizard/test_every_method.py",
    "e2e/wizard/test_phone_by_text.py",
    "integration/notifier/test_notifier_failover.py",
    "integration/notifier/test_notifier_limits.py",
    "integration/notifier/test_notifier_handset.py",
    "contract/test_attacks.py",
    "contract/pages/test_pages_static.py",
    "contract/authenticator/test_app_requests.py",
    "contract/authenticator/test_authenticator_app.py",
    "e2e/wizard/test_example_policies.py",
    "integration/verifier/test_verifier_outages.py",
    "e2e/test_faults.py",
    "integration/cli/test_cli_events.py",
    "integration/notifier/test_notifier_endings.py",
    "e2e/test_operations.py",
    "integration/kafka/test_kafka_delivery.py",
    "contract/providers/test_providers.py",
    "integration/deploy/test_handset.py",
    "e2e/wizard/test_nudge.py",
    "e2e/verification/test_hosted_verification.py",
    "integration/verifier/test_verifier_judging.py",
    "unit/model/test_machine.py",
    "integration/deploy/test_local_stack.py",
    "e2e/wizard/test_approval_speed.py",
)
"""By the times of a run, which `--durations=0` shows. All other files take less than 15 s."""

PLACES = {name: place for place, name in enumerate(LONGEST_FIRST)}


def place_of(path: Path) -> int:
    """Where a file comes; those that are not named come last, as they were found."""
    return PLACES.get(path.relative_to(TESTS).as_posix(), len(PLACES))
