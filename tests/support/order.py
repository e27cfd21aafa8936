"""In which order files are handed to the workers: the longest first, so that none is left alone with one in the end."""

from pathlib import Path

TESTS = Path(__file__).parents[1]

LONGEST_FIRST = (
    # Before the services of the worker are up: these stop its broker.
    "integration/test_notifier_delivery.py",
    "integration/test_kafka_failures.py",
    "e2e/test_password_reset.py",
    "e2e/test_my_security_info.py",
    "e2e/test_every_method.py",
    "integration/test_verifier_judging.py",
    "integration/test_verifier_slow_hashes.py",
    "e2e/test_authenticator_app.py",
    "e2e/test_example_policies.py",
    "e2e/test_second_step.py",
    "e2e/test_time_passes.py",
    "e2e/test_phone_by_text.py",
    "e2e/test_api_methods.py",
    "integration/test_notifier_handset.py",
    "contract/test_authenticator_app.py",
    "contract/test_attacks.py",
    "contract/test_pages_static.py",
    "e2e/test_operations.py",
    "integration/test_handset.py",
    "e2e/test_hosted_verification.py",
    "e2e/test_nudge.py",
    "e2e/test_faults.py",
    "e2e/test_approval_speed.py",
    "contract/test_providers.py",
    "e2e/test_integration_guide.py",
    "integration/test_cli_events.py",
    "integration/test_kafka_delivery.py",
    "integration/test_notifier_endings.py",
    "integration/test_verifier_process.py",
    "integration/test_mongo_sweeps.py",
    "contract/test_authenticator_cli.py",
)
"""By the times of a run, which `--durations=0` shows. All other files take less than 20 s."""

PLACES = {name: place for place, name in enumerate(LONGEST_FIRST)}


def place_of(path: Path) -> int:
    """Where a file comes; those that are not named come last, as they were found."""
    return PLACES.get(path.relative_to(TESTS).as_posix(), len(PLACES))
