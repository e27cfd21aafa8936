"""In which order files are handed to the workers: the longest first, so that none is left alone with one in the end;
those that wait beside those that compute, so that neither the processors rest nor all workers want them at once."""

from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parents[1]

LONGEST_FIRST = (
    # First, since these stop their broker.
    "integration/kafka/test_kafka_failures.py",
    "integration/notifier/test_notifier_recovery.py",
    "contract/pages/test_pages_static.py",
    "e2e/verification/test_password_reset.py",
    "contract/test_attacks.py",
    "integration/notifier/test_notifier_trouble.py",
    "integration/notifier/test_notifier_failover.py",
    "e2e/wizard/test_every_method.py",
    "contract/pages/test_pages_layout.py",
    "integration/verifier/test_verifier_outages.py",
    "contract/authenticator/test_app_languages.py",
    "integration/notifier/test_notifier_limits.py",
    "contract/pages/test_pages_pictures.py",
    "integration/notifier/test_notifier_handset.py",
    "unit/kit/test_runtime.py",
    "contract/walks/test_each_language.py",
    "integration/kafka/test_kafka_delivery.py",
    "contract/authenticator/test_authenticator_app.py",
    "e2e/test_faults.py",
    "contract/pages/test_pages_direction.py",
    "integration/deploy/test_local_stack.py",
    "contract/pages/test_pages_live.py",
    "integration/mongo/test_mongo_relay.py",
    "contract/walks/test_password_reset_walks.py",
    "e2e/verification/test_second_step.py",
    "integration/notifier/test_notifier_endings.py",
    "contract/walks/test_phone_walks.py",
    "e2e/test_my_security_info.py",
    "contract/api/test_api_device.py",
    "integration/verifier/test_verifier_process.py",
    "integration/verifier/test_verifier_slow_hashes.py",
    "integration/verifier/test_verifier_judging.py",
    "e2e/wizard/test_phone_by_text.py",
    "contract/authenticator/test_app_requests.py",
    "e2e/test_help_desk.py",
    "unit/model/test_machine.py",
    "integration/rights/test_least_rights.py",
    "e2e/wizard/test_authenticator_app.py",
    "contract/providers/test_providers.py",
    "integration/notifier/test_notifier_calls.py",
    "e2e/test_integration_guide.py",
    "contract/pages/test_one_look.py",
    "integration/enrollment/test_redaction.py",
)
"""By the times of a run with four workers, which `--durations=0` shows, and those that wait in turns with those that
compute. All other files take less than 15 s."""

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
