"""Settings from the environment (`SECURITY_INFO_…`) or `.env`; a mistake stops the start and is named in one line."""

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from dotenv import dotenv_values
from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.mongo.address import is_encrypted

PREFIX = "SECURITY_INFO_"
DEMO = f"{PREFIX}ENVIRONMENT=demo"

ServiceName = Literal["enrollment", "notifier", "verifier"]


class SettingsError(Exception):
    """A setting is missing, malformed or unknown; the message names it and says what to do."""


class ServiceSettings(BaseSettings):
    """What every service reads. Each service adds nothing of its own that another does not know by name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    environment: Literal["production", "demo"] = "production"
    kafka_url: str = Field(default="127.0.0.1:9092", description="bootstrap servers, comma separated")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_plaintext: Literal["refused", "allowed"] = Field(
        default="refused", description="outside the demo; `allowed` where something else encrypts, such as a mesh"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    mongodb_url: SecretStr = SecretStr("mongodb://127.0.0.1:27017")
    mongodb_plaintext: Literal["refused", "allowed"] = Field(default="refused", description="as that of Kafka")
    keyring: Path
    public_url: AnyHttpUrl = AnyHttpUrl("http://localhost:8000")
    authenticator_url: AnyHttpUrl | None = None
    callback_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8030")
    config: Path = Path("deploy/demo/config.yaml")
    topic_prefix: str = Field(default="security-info", pattern=r"^[a-zA-Z0-9._-]{1,100}$")
    clock_offset: int = Field(default=0, description="seconds; demo only")
    trusted_proxies: str = Field(default="", description="addresses or networks whose X-Forwarded-For is believed")
    country_header: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]{0,64}$",
        description="a header in which such a proxy names the client's country",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    enrollment_port: int = Field(default=8000, ge=1, le=65535)
    notifier_port: int = Field(default=8030, ge=1, le=65535)
    verifier_port: int = Field(default=8040, ge=1, le=65535)
    management_port: int | None = Field(
        default=None, ge=1, le=65535, description="the one that has /metrics, and nothing beside it but health"
    )
    northbridge_port: int = Field(default=8010, ge=1, le=65535)
    handset_port: int = Field(default=8020, ge=1, le=65535)
    example_port: int = Field(default=8050, ge=1, le=65535)
    smtp_port: int = Field(default=2525, ge=1, le=65535)
    kafka_port: int = Field(default=9092, ge=1, le=65535)
    mongodb_port: int = Field(default=27017, ge=1, le=65535)
    demo_home: Path = Path(".local/demo")

    @property
    def is_demo(self) -> bool:
        return self.environment == "demo"

    def port_of(self, service: ServiceName) -> int:
        """Where a service listens, unless the command line says otherwise."""
        return {"enrollment": self.enrollment_port, "notifier": self.notifier_port, "verifier": self.verifier_port}[
            service
        ]

    @property
    def public_origin(self) -> str:
        return str(self.public_url).rstrip("/")

    @property
    def authenticator_origin(self) -> str:
        return str(self.authenticator_url or self.public_url).rstrip("/")

    @property
    def callback_origin(self) -> str:
        return str(self.callback_url).rstrip("/")

    @property
    def offset(self) -> timedelta:
        return timedelta(seconds=self.clock_offset)

    @model_validator(mode="after")
    def _production_is_strict(self) -> "ServiceSettings":
        if self.is_demo:
            return self
        if self.country_header and not self.trusted_proxies:
            raise ValueError(
                f"{PREFIX}COUNTRY_HEADER: without {PREFIX}TRUSTED_PROXIES anybody may say where they are; set both"
            )
        if self.clock_offset:
            raise ValueError(f"{PREFIX}CLOCK_OFFSET: only for {DEMO}; remove it")
        for name, url in (("PUBLIC_URL", self.public_url), ("AUTHENTICATOR_URL", self.authenticator_url)):
            if url is not None and url.scheme != "https":
                raise ValueError(f"{PREFIX}{name}: must be https unless {DEMO}")
        if self.kafka_security_protocol.endswith("PLAINTEXT") and self.kafka_plaintext == "refused":
            raise ValueError(
                f"{PREFIX}KAFKA_SECURITY_PROTOCOL: {self.kafka_security_protocol} is only for {DEMO}; set SASL_SSL or "
                f"SSL, or {PREFIX}KAFKA_PLAINTEXT=allowed where something else encrypts"
            )
        if self.mongodb_plaintext == "refused" and not is_encrypted(self.mongodb_url.get_secret_value()):
            raise ValueError(
                f"{PREFIX}MONGODB_URL: without TLS, or with unchecked certificates, only for {DEMO}; add tls=true to "
                f"its options, or set {PREFIX}MONGODB_PLAINTEXT=allowed where something else encrypts"
            )
        return self


S = TypeVar("S", bound=ServiceSettings)

NOT_READ_BY_SERVICES = frozenset({"TWILIO_AUTH_TOKEN", "SMTP_PASSWORD", "RESET_SECONDS", "RESET_SLOW_SECONDS"})
"""Variables that only the configuration file or the demo's platform refers to."""


def load_settings(cls: type[S], **overrides: object) -> S:
    """Read `cls` from the environment, refusing variables that no service knows. Raises SettingsError: one line that
    names the variable and the remedy."""
    refuse_unknown(given_variables(), _known_names([ServiceSettings, cls]))
    try:
        return cls(**overrides)  # type: ignore[arg-type]  # values come by name from the command line
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def given_variables() -> dict[str, str | None]:
    """The environment, and what `.env` has beside it; a name without `=` there has no value."""
    return {**dotenv_values(".env"), **os.environ}


def refuse_unknown(environment: Mapping[str, str | None], known: Iterable[str]) -> None:
    """Refuse a variable with the prefix that nobody reads: most often it is a spelling mistake."""
    names = set(known)
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX) not in names:
            raise SettingsError(f"{variable}: no service knows this setting; correct its spelling or remove it")


def _known_names(classes: Iterable[type[BaseSettings]]) -> set[str]:
    return {name.upper() for cls in classes for name in cls.model_fields} | NOT_READ_BY_SERVICES


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return first["msg"].removeprefix("Value error, ")
    name = PREFIX + str(first["loc"][0]).upper()
    if first["type"] == "missing":
        return f"{name}: required but not set; set it in the environment or in .env"
    return f"{name}: {first['msg']}"
