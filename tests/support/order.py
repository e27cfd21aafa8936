"""In which order files are handed to the workers: the longest first, so that none is left alone with one in the end;
those that wait beside those that compute, so that neither the processors rest nor all workers want them at once."""

from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parents[1]

LONGEST_FIRST = (
    # First, since these stop their broker.
    "integration/kafka/test_kafka_failures.py",
    "integration/notifier/test_notifier_delivery.py",
    "e2e/wizard/test_every_method.py",
    "contract/test_attacks.py",
    "e2e/verification/test_password_reset.py",
    "contract/pages/test_pages_static.py",
    "integration/notifier/test_notifier_failover.py",
    "e2e/wizard/test_phone_by_text.py",
    "integration/notifier/test_notifier_limits.py",
    "e2e/test_my_security_info.py",
    "integration/notifier/test_notifier_handset.py",
    "e2e/verification/test_second_step.py",
    "integration/verifier/test_verifier_outages.py",
    "contract/authenticator/test_app_requests.py",
    "e2e/test_faults.py",
    "contract/authenticator/test_authenticator_app.py",
    "integration/cli/test_cli_events.py",
    "e2e/wizard/test_example_policies.py",
    "integration/notifier/test_notifier_endings.py",
    "e2e/test_operations.py",
    "integration/kafka/test_kafka_delivery.py",
    "e2e/wizard/test_nudge.py",
    "contract/providers/test_providers.py",
    "e2e/verification/test_hosted_verification.py",
    "integration/deploy/test_handset.py",
    "unit/model/test_machine.py",
    "integration/verifier/test_verifier_judging.py",
    "e2e/wizard/test_approval_speed.py",
    "integration/deploy/test_local_stack.py",
)
"""By the times of a run, which `--durations=0` shows. All other files take less than 15 s."""

WAIT = frozenset({"integration", "e2e"})
"""Where tests wait for servers most of their time."""
WAITED_BY = 0.8
"""The part of all other files after which nobody waits any more: the end is for what ends soon."""

PLACES = {name: place for place, name in enumerate(LONGEST_FIRST)}


def places_of(files: Iterable[Path]) -> dict[Path, float]:
    """Where each file comes: first those that are named; of the others those that wait, spread evenly over the rest."""
    distinct = list(dict.fromkeys(files))
    named = {file: PLACES[name] for file in distinct if (name := file.relative_to(TESTS).as_posix()) in PLACES}
    others = [file for file in distinct if file not in named]
    waiting = [file for file in others if file.relative_to(TESTS).parts[0] in WAIT]
    computing = [file for file in others if file not in set(waiting)]
    return named | _spread(waiting, WAITED_BY) | _spread(computing, 1.0)


def _spread(files: list[Path], until: float) -> dict[Path, float]:
    return {file: len(PLACES) + until * index / len(files) for index, file in enumerate(files)}
