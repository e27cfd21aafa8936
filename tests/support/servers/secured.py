"""Kafka and MongoDB as in production: TLS, an account for each service, and nothing allowed that is not given."""

import json
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from pymongo import MongoClient

from deploy.local.places import ROOT
from deploy.local.servers.database import DatabaseProgram
from deploy.local.servers.kafka import java, new_cluster_id, server_properties
from schemas.rights import COMMANDS, Account, account_name
from services.kit.clock import SystemClock
from services.kit.settings import ServiceName, ServiceSettings
from tests.support.servers.kafka import LocalKafka, settings_for
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.process import free_port

PREFIX = "security-info"
OTHER = "other"
"""The prefix of another installation on the same broker."""
USERS_FILE = ROOT / "deploy" / "mongodb-users.js"


def password_of(account: str) -> str:
    """Everybody has another one."""
    return f"password-of-{account}"


@dataclass(frozen=True)
class Certificates:
    """PEM files: whom to trust, and a server's key with its certificate for 127.0.0.1."""

    ca: Path
    server: Path

    @classmethod
    def make(cls, home: Path) -> "Certificates":
        """Good for an hour, below an authority that is forgotten at once."""
        authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate(
            "authority", "authority", authority, authority, x509.BasicConstraints(ca=True, path_length=0)
        )
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        leaf = _certificate("server", "authority", key, authority, names)
        made = cls(home / "ca.pem", home / "server.pem")
        made.ca.write_bytes(root.public_bytes(Encoding.PEM))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made.server.write_bytes(private + leaf.public_bytes(Encoding.PEM))
        return made


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = SystemClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(extension, critical=False)
        .sign(signer, hashes.SHA256())
    )


class SecuredKafka:
    """A broker that is set up as in deploy/compose.yaml: who comes from outside is asked who one is."""

    def __init__(self, home: Path, certificates: Certificates) -> None:
        self.admin_port = free_port()
        self._certificates = certificates
        self.broker = LocalKafka(home, self._prepare)

    def settings(self, account: Account | Literal["admin"], prefix: str = PREFIX) -> ServiceSettings:
        """Of whoever has this account; the administrator is beside the broker."""
        if account == "admin":
            return settings_for(f"127.0.0.1:{self.admin_port}", prefix)
        name = account_name(prefix, account)
        return settings_for(self.broker.url, prefix).model_copy(
            update={
                "kafka_security_protocol": "SASL_SSL",
                "kafka_username": name,
                "kafka_password": SecretStr(password_of(name)),
                "kafka_ca_file": self._certificates.ca,
            }
        )

    def _prepare(self, home: Path, port: int, controller_port: int) -> Path:
        """As `deploy.local.servers.kafka.prepare`, with the accounts of `schemas.rights`."""
        properties, data = home / "server.properties", home / "data"
        places = {
            ":9092": f":{port}",
            ":9093": f":{controller_port}",
            ":9094": f":{self.admin_port}",
            "//:": "//127.0.0.1:",
            "//kafka:": "//127.0.0.1:",
            "localhost:": "127.0.0.1:",
            "/run/secrets/kafka-certificate": str(self._certificates.server),
            "/var/lib/kafka/data": str(data),
        }
        composed = "".join(f"{name}={_moved(value, places)}\n" for name, value in composed_settings().items())
        properties.write_text(server_properties(port, controller_port, data) + composed, "utf-8")
        names = [account_name(prefix, account) for prefix in (PREFIX, OTHER) for account in COMMANDS]
        users = [f"SCRAM-SHA-512=[name={name},password={password_of(name)}]" for name in names]
        command = java(
            "kafka.tools.StorageTool",
            *("format", "-t", new_cluster_id(), "-c", str(properties)),
            *(word for user in users for word in ("--add-scram", user)),
        )
        subprocess.run(command, capture_output=True, check=True)
        return properties


def composed_settings() -> dict[str, str]:
    """The broker's settings in deploy/compose.yaml, named as the image makes them of variables."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    variables = compose["services"]["kafka"]["environment"]
    return {
        name.removeprefix("KAFKA_").lower().replace("_", ".").replace("...", "-"): str(value)
        for name, value in variables.items()
        if name.startswith("KAFKA_")
    }


def _moved(value: str, places: Mapping[str, str]) -> str:
    for there, here in places.items():
        value = value.replace(there, here)
    return value


def users_of_mongodb() -> list[dict[str, Any]]:
    """Those that deploy/mongodb-users.js makes."""
    found = re.search(r"^const users = (\[.*?^\]);", USERS_FILE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    users: list[dict[str, Any]] = json.loads(found[1])
    return users


def secured_database(home: Path, program: DatabaseProgram, certificates: Certificates) -> LocalDatabase:
    """A running database that asks for TLS and a user; its users are made before it does."""
    server = LocalDatabase(home, program)
    server.start()
    with MongoClient[dict[str, object]](server.url) as client:
        for user in users_of_mongodb():
            client.admin.command(
                "createUser",
                user["user"],
                pwd=password_of(user["user"]),
                roles=user["roles"],
                writeConcern={"w": 1, "j": True},
            )
    server.stop(signal.SIGKILL)
    pem = str(certificates.server)
    server.options = (
        ("--auth", "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", pem)
        if program.name == "mongod"
        else ("--auth", "--tls-cert-file", pem, "--tls-key-file", pem)
    )
    server.start()
    return server


def as_user(server: LocalDatabase, service: ServiceName, certificates: Certificates) -> SecretStr:
    """The address as that service is given it."""
    user = f"security-info-{service}"
    options = f"authSource=admin&tls=true&tlsCAFile={certificates.ca}"
    return SecretStr(f"mongodb://{user}:{password_of(user)}@127.0.0.1:{server.port}/?{options}")
