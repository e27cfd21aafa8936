"""The files that operators deploy with say what the code says."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from pydantic import SecretStr

from deploy.local.servers import acls
from deploy.local.servers.topics import FILE, as_yaml
from services.cli.settings import OperatorSettings
from services.enrollment import app as enrollment
from services.enrollment.settings import EnrollmentSettings
from services.kit.config.file import VARIABLE, ConfigError
from services.kit.crypto.key_files import new_keyrings
from services.kit.settings import NOT_READ_BY_SERVICES, PREFIX, ServiceSettings, load_settings
from services.notifier import app as notifier
from services.notifier.settings import NotifierSettings
from services.verifier import app as verifier
from services.verifier.settings import VerifierSettings
from tests.support.clock import NOON
from tests.support.servers.secured import Certificates, composed_settings, users_of_mongodb

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "example.yaml"
HOST = {
    "SECURITY_INFO_PUBLIC_URL": "https://security.example.org",
    "SECURITY_INFO_CALLBACK_URL": "https://callbacks.example.org",
    "SECURITY_INFO_CONFIG": "/etc/security-info/config.yaml",
    "SECURITY_INFO_TWILIO_AUTH_TOKEN": "a #token",
    "SECURITY_INFO_SMTP_PASSWORD": "12345678",
    **{
        f"{name}_PASSWORD": name.lower() * 3
        for name in ("ENROLLMENT", "NOTIFIER", "VERIFIER", "TOPICS", "MONGODB_ADMIN")
    },
}
"""What the compose file tells an operator to export."""

Builder = Callable[[Any, list[Any]], object]
BUILDERS: dict[str, tuple[type[ServiceSettings], Builder]] = {
    "enrollment": (EnrollmentSettings, lambda settings, _: enrollment.build(settings)),
    "verifier": (VerifierSettings, lambda settings, _: verifier.build(settings)),
    "notifier": (NotifierSettings, lambda settings, words: notifier.build(settings, words[3:])),
}
OURS = ("enrollment", "verifier", "notifier-sms", "notifier-push", "notifier-voice", "notifier-email")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """deploy/compose.yaml with its anchors and merges resolved."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    return content


def test_the_topics_file_is_current() -> None:
    assert FILE.read_text("utf-8") == as_yaml(), "run `make topics`"


def test_the_file_of_rights_is_current() -> None:
    assert acls.FILE.read_text("utf-8") == acls.as_yaml(), "run `make topics`"


def test_the_compose_file_is_valid(compose: dict[str, Any]) -> None:
    parsed = PyCompose.from_json(json.dumps(compose))

    parsed.validate()


def test_a_misspelt_compose_file_would_not_be(compose: dict[str, Any]) -> None:
    misspelt = {**compose, "services": {"enrollment": {"image": "x", "comand": "y"}}}

    with pytest.raises(ValueError, match="comand"):
        PyCompose.from_json(json.dumps(misspelt))


def test_every_variable_in_the_compose_file_is_known_to_the_services(compose: dict[str, Any]) -> None:
    known = {PREFIX + name.upper() for name in ServiceSettings.model_fields} | {
        PREFIX + name for name in NOT_READ_BY_SERVICES
    }
    used = {
        name
        for service in compose["services"].values()
        for name in service.get("environment", {})
        if name.startswith(PREFIX)
    }

    assert used - known == set()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No variables and no `.env` of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    return monkeypatch


def substituted(value: object) -> str:
    """What compose makes of a value: `${NAME:?…}` and `${NAME:-…}` are replaced from the operator's shell."""

    def found(match: re.Match[str]) -> str:
        name, sign, default = match.groups()
        return HOST[name] if sign == "?" else HOST.get(name, default)

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", found, str(value))


def given(compose: dict[str, Any], name: str, environment: pytest.MonkeyPatch) -> None:
    """Let the process have the container's variables."""
    for variable, value in compose["services"][name]["environment"].items():
        environment.setenv(variable, substituted(value))


def start(compose: dict[str, Any], name: str, environment: pytest.MonkeyPatch, home: Path) -> None:
    """Put the service together from what its container has; only where files lie differs."""
    service = compose["services"][name]
    given(compose, name, environment)
    settings_class, build = BUILDERS[service["command"][1]]
    settings = load_settings(settings_class)
    (secret,) = service["secrets"]
    assert settings.keyring == Path("/run/secrets") / secret["target"]
    assert [file["target"] for file in service["configs"]] == [str(settings.config), str(settings.kafka_ca_file)]
    keyring = home / Path(compose["secrets"][secret["source"]]["file"]).name
    for owner, content in new_keyrings(NOON).items():
        (home / f"{owner}.json").write_text(json.dumps(content))
    ca = Certificates.make(home).ca
    mongodb = settings.mongodb_url.get_secret_value().replace(str(settings.kafka_ca_file), str(ca))
    here = {"config": EXAMPLE, "keyring": keyring, "kafka_ca_file": ca, "mongodb_url": SecretStr(mongodb)}
    build(settings.model_copy(update=here), service["command"])


def test_all_of_our_services_are_walked(compose: dict[str, Any]) -> None:
    assert {name for name, service in compose["services"].items() if service["image"].startswith("security-info")} == {
        *OURS,
        "rights",
        "topics",
    }


@pytest.mark.parametrize("name", OURS)
def test_every_service_starts_with_what_its_container_has(
    compose: dict[str, Any], name: str, bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start(compose, name, bare, tmp_path)


def test_the_topics_are_made_with_what_their_container_has(compose: dict[str, Any], bare: pytest.MonkeyPatch) -> None:
    given(compose, "topics", bare)
    settings = load_settings(OperatorSettings)
    assert (settings.kafka_url, settings.kafka_username) == ("kafka:9092", "security-info-topics")


def test_the_rights_are_given_beside_the_broker(compose: dict[str, Any], bare: pytest.MonkeyPatch) -> None:
    given(compose, "rights", bare)
    assert load_settings(OperatorSettings).kafka_url == "localhost:9094"
    assert compose["services"]["rights"]["network_mode"] == compose["services"]["accounts"]["network_mode"]


@pytest.mark.parametrize("name", OURS)
def test_each_service_is_itself_at_kafka_and_mongodb(
    compose: dict[str, Any], name: str, bare: pytest.MonkeyPatch
) -> None:
    given(compose, name, bare)
    service = compose["services"][name]["command"][1]
    settings = load_settings(BUILDERS[service][0])
    password = HOST[f"{service.upper()}_PASSWORD"]
    assert settings.kafka_username == f"security-info-{service}"
    assert settings.kafka_password == SecretStr(password)
    assert settings.mongodb_url.get_secret_value().startswith(f"mongodb://security-info-{service}:{password}@")


def test_each_user_of_mongodb_has_a_database_and_no_other() -> None:
    assert {user["user"]: user["roles"] for user in users_of_mongodb()} == {
        f"security-info-{service}": [{"role": "readWrite", "db": service}] for service in BUILDERS
    }


@pytest.mark.parametrize("name", OURS)
def test_without_an_account_a_notifier_does_not_start_and_nobody_else_has_one(
    compose: dict[str, Any], name: str, bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variables = compose["services"][name]["environment"]
    accounts = {f"{PREFIX}{variable}" for variable in ("TWILIO_AUTH_TOKEN", "SMTP_PASSWORD")}
    assert accounts & variables.keys() == (accounts if name.startswith("notifier") else set())
    for account in accounts & variables.keys():
        fewer = {variable: value for variable, value in variables.items() if variable != account}
        lacking = {**compose, "services": {name: compose["services"][name] | {"environment": fewer}}}
        with bare.context() as environment, pytest.raises(ConfigError, match=account):
            start(lacking, name, environment, tmp_path)


def test_the_example_refers_to_no_other_variables() -> None:
    content = "\n".join(line for line in EXAMPLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    assert {match[1] for match in VARIABLE.finditer(content)} <= HOST.keys()


def test_metrics_are_on_a_port_that_is_not_published(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        published = {port.rpartition(":")[2] for port in service.get("ports", [])}
        assert str(service["environment"]["SECURITY_INFO_MANAGEMENT_PORT"]) not in published


def test_keys_lie_outside_the_repository(compose: dict[str, Any]) -> None:
    places = [Path(substituted(secret["file"])) for secret in compose["secrets"].values()]
    assert {place.parent for place in places} == {Path("/etc/security-info/keys"), Path("/etc/security-info/tls")}


def test_each_service_gets_only_its_own_keyring(compose: dict[str, Any]) -> None:
    keyrings = {name: service.get("secrets", []) for name, service in compose["services"].items() if name in OURS}

    assert {name: [secret["source"] for secret in secrets] for name, secrets in keyrings.items() if secrets} == {
        "enrollment": ["enrollment-keyring"],
        "verifier": ["verifier-keyring"],
        "notifier-sms": ["notifier-keyring"],
        "notifier-push": ["notifier-keyring"],
        "notifier-voice": ["notifier-keyring"],
        "notifier-email": ["notifier-keyring"],
    }


def test_whatever_stays_up_is_checked_for_health(compose: dict[str, Any]) -> None:
    unchecked = [name for name, service in compose["services"].items() if "healthcheck" not in service]

    assert unchecked == ["accounts", "rights", "topics"]


def test_only_loopback_is_published_and_the_servers_are_out_of_reach(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert all(port.startswith("127.0.0.1:") for port in published)
    assert compose["networks"]["servers"]["internal"] is True
    assert compose["services"]["kafka"]["networks"] == compose["services"]["mongodb"]["networks"] == ["servers"]


def test_what_kafka_lets_do_anything_is_heard_by_itself_alone(compose: dict[str, Any]) -> None:
    settings = composed_settings()
    asks = {place for place in settings["listener.security.protocol.map"].split(",") if place.endswith(":SASL_SSL")}
    heard = {place for place in settings["listeners"].split(",") if "//localhost:" not in place}
    assert asks == {"SERVICES:SASL_SSL"}
    assert heard == {"SERVICES://:9092"}


def test_the_image_runs_as_nobody_special() -> None:
    stages = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").split("\nFROM ")

    assert len(stages) == 4
    assert "USER 10001:10001" in stages[-1]
    assert "ENTRYPOINT" in stages[-1].split("USER 10001:10001")[1]


def test_no_container_has_rights_or_can_get_some(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.keys().isdisjoint({"privileged", "cap_add", "devices", "pid", "ipc"}), name
        # What makes accounts and rights is beside Kafka, where it may do anything; nothing is in the machine's network.
        assert service.get("network_mode", "service:kafka") == "service:kafka", name


def test_only_the_broker_writes_beside_its_volumes(compose: dict[str, Any]) -> None:
    writable = [name for name, service in compose["services"].items() if not service.get("read_only")]

    assert writable == ["kafka"]
    assert {place for service in compose["services"].values() for place in service.get("tmpfs", [])} == {"/tmp"}  # noqa: S108


def test_nothing_of_the_machine_is_mounted(compose: dict[str, Any]) -> None:
    mounted = {volume for service in compose["services"].values() for volume in service.get("volumes", [])}

    assert {volume.partition(":")[0] for volume in mounted} == compose["volumes"].keys()


def test_the_alerts_are_about_metrics_that_there_are_and_lead_to_pages_that_there_are() -> None:
    groups = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text("utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py"))
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        named = set(re.findall(r"security_info_\w+", rule["expr"]))
        assert named
        assert [metric for metric in named if f'"{metric}"' not in sources] == []
        assert (ROOT / rule["annotations"]["runbook"]).exists()
