"""Each rule finds what it is about, and leaves alone what only looks like it."""

import textwrap

import pytest

from tests.lint import boundaries, rules
from tests.lint.source import Rule, Source

HANDLERS = "services/verifier/handlers.py"


def findings(rule: Rule, code: str, path: str = HANDLERS) -> list[str]:
    return [finding.rule for finding in rule(Source.parse(path, textwrap.dedent(code)))]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("from cryptography.hazmat.primitives.hashes import SHA256", "cryptography-in-one-place"),
        ("import hmac", "cryptography-in-one-place"),
        ("def late():\n    import hashlib", "cryptography-in-one-place"),
        ("import pyotp", "one-time-codes-in-one-place"),
        ("from joserfc import jwt", "signatures-in-named-places"),
        ("from argon2 import PasswordHasher", "proofs-in-the-verifier"),
        ("from motor.motor_asyncio import AsyncIOMotorClient", "driver-in-one-place"),
        ("from pymongo.errors import PyMongoError", "database-behind-kit"),
        ("from faststream.kafka import KafkaBroker", "kafka-at-the-edges"),
        ("from fastapi import Request", "web-framework-at-the-edges"),
    ],
)
def test_a_library_stays_in_its_place(code: str, rule: str) -> None:
    assert findings(boundaries.libraries, code) == [rule]


@pytest.mark.parametrize(
    "code", ["from pymongo import AsyncMongoClient", "from pymongo.asynchronous import collection"]
)
def test_beside_the_driver_the_kit_does_not_name_its_client(code: str) -> None:
    assert findings(boundaries.libraries, code, "services/kit/mongo/relay.py") == ["driver-in-one-place"]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("import hmac", "services/kit/crypto/sealing.py"),
        ("import pyotp", "services/verifier/methods/totp.py"),
        ("from pymongo import AsyncMongoClient", "services/kit/mongo/client.py"),
        ("from pymongo import ASCENDING", "services/notifier/store.py"),
        ("from faststream.kafka import KafkaMessage", "services/notifier/consumers.py"),
        ("from fastapi import APIRouter", "services/enrollment/web/wizard/routes.py"),
        ("import hmacs\nimport motorway", HANDLERS),
    ],
)
def test_in_its_place_a_library_is_fine(code: str, path: str) -> None:
    assert findings(boundaries.libraries, code, path) == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("import structlog", "services/verifier/domain.py"),
        ("import asyncio", "services/verifier/domain.py"),
        ("from services.kit.clock import Clock", "services/verifier/domain.py"),
        ("from services.enrollment.store import Accounts", "services/enrollment/accounts/domain/account.py"),
        ("from services.kit.ids import new_id", "schemas/envelope.py"),
        ("import phonenumbers", "services/notifier/domain.py"),
    ],
)
def test_domain_and_schemas_import_nothing_impure(code: str, path: str) -> None:
    assert findings(boundaries.purity, code, path) == ["pure-domain"]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("from datetime import datetime\nfrom pydantic import Field", "services/verifier/domain.py"),
        ("from schemas.base import Event", "services/verifier/domain.py"),
        ("from services.kit.errors import ProblemError", "services/verifier/domain.py"),
        ("from services.kit.state import State", "services/enrollment/accounts/domain/account.py"),
        ("import structlog", "services/verifier/handlers.py"),
    ],
)
def test_domain_may_import_what_is_pure(code: str, path: str) -> None:
    assert findings(boundaries.purity, code, path) == []


def test_only_the_relay_publishes() -> None:
    code = "async def handle(broker): await broker.publish(1)"

    assert findings(rules.publishing, code) == ["only-the-relay-publishes"]
    assert findings(rules.publishing, code, "services/kit/mongo/relay.py") == []


def test_having_a_method_named_publish_is_no_publishing() -> None:
    assert findings(rules.publishing, "class Broker:\n    def publish(self): ...") == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "from datetime import date\nx = date.today()",
        "import time\nx = time.time()",
        "from time import monotonic as tick\nx = tick()",
        "import time\ndef handler(now=time.time): ...",
    ],
)
def test_only_the_clock_reads_the_time(code: str) -> None:
    assert findings(rules.time, code) == ["only-the-clock-reads-time"]
    assert findings(rules.time, code, "services/kit/clock.py") == []


def test_times_are_calculated_with_anywhere() -> None:
    code = """
    from datetime import UTC, datetime

    def late(clock):
        return datetime.fromtimestamp(0, UTC) < clock.now()
    """

    assert findings(rules.time, code) == []


def test_ids_begin_with_the_time() -> None:
    assert findings(rules.time, "import time\nx = time.time_ns()", "services/kit/ids.py") == []
    assert findings(rules.time, "import time\nx = time.time()", "services/kit/ids.py") != []


def test_services_do_not_print() -> None:
    assert findings(rules.printing, "print('here')") == ["no-print"]
    assert findings(rules.printing, "print('done')", "services/cli/keys.py") == []
    assert findings(rules.printing, "pprint('x')") == []


@pytest.mark.parametrize(
    "handler", ["except Exception:", "except BaseException as e:", "except (ValueError, Exception):", "except:"]
)
def test_nobody_swallows_everything(handler: str) -> None:
    swallowing = f"try:\n    work()\n{handler}\n    pass"
    raising = f"try:\n    work()\n{handler}\n    note()\n    raise"

    assert findings(rules.catching, swallowing) == ["no-silent-catch"]
    assert findings(rules.catching, raising) == []
    assert findings(rules.catching, swallowing, "services/cli/program.py") == []


def test_catching_a_named_exception_is_fine() -> None:
    assert findings(rules.catching, "try:\n    work()\nexcept ValueError:\n    pass") == []


def test_changes_go_through_compare_and_set() -> None:
    assert findings(rules.atomic_reads, "c.find_one_and_update({}, {})") == ["compare-and-set"]
    assert findings(rules.atomic_reads, "c.find_one({})") == []


@pytest.mark.parametrize("path", ["services/kit/utils.py", "services/notifier/helpers/text.py"])
def test_names_of_modules_tell_something(path: str) -> None:
    assert findings(rules.names, "", path) == ["telling-names"]


@pytest.mark.parametrize(
    "field", ["password: str", "access_token: str | None = None", "secret: bytes", "code: Annotated[str, Field()]"]
)
def test_a_secret_is_no_plain_text(field: str) -> None:
    assert findings(rules.secrets, f"class Form(BaseModel):\n    {field}") == ["secrets-are-typed"]


@pytest.mark.parametrize(
    "field",
    [
        "password: SecretStr",
        "code: Sealed",
        "code: CodeTerms | None",
        "token_hash: str",
        "code_minutes: int",
        "decoded: str",
        "TOKEN: str",
        "code: ClassVar[str] = 'x'",
    ],
)
def test_what_only_sounds_like_a_secret_is_fine(field: str) -> None:
    assert findings(rules.secrets, f"class Form(BaseModel):\n    {field}") == []


def test_findings_read_like_a_compiler() -> None:
    [finding] = rules.printing(Source.parse(HANDLERS, "x = 1\nprint(x)"))

    assert str(finding) == f"{HANDLERS}:2: no-print: print() is called here; log an event with structlog"
