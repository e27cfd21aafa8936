"""The configuration file: tenants, clients, branding, providers and the first policy."""

import os
import re
from collections.abc import Mapping
from datetime import date
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from schemas.base import Channel, MethodType

LOOPBACK = ("127.0.0.1", "::1", "localhost")

Profile = Literal["entra", "nist-aal2", "asvs-l2"]
"""Which standard a policy follows: as Microsoft does, NIST SP 800-63B-4 at AAL2, OWASP ASVS 5.0 at level 2."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must be one line of what can be seen, without spaces around it")
    return text


def _deliverable(address: str) -> str:
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise ValueError("is no address that a mail can come from") from None
    return address


Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_one_line)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)]
MailAddress = Annotated[
    str,
    StringConstraints(max_length=90, pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"),
    AfterValidator(_deliverable),
]
TextSender = Annotated[
    str, StringConstraints(pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,6}|[A-Za-z][A-Za-z0-9 ]{0,9}[A-Za-z0-9])$")
]
"""A number in E.164, a short code, or up to 11 letters, digits and spaces that begin with a letter (3GPP TS 23.040,
section 9.1.2.5)."""


class ConfigError(Exception):
    """The configuration file cannot be used; the message says where and why."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Branding(_Closed):
    """How an organisation looks."""

    accent_color: str = Field(default="#1d4ed8", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: str | None = Field(
        default=None,
        pattern=r"^/static/branding/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$",
        description="a picture in `brandingDirectory`",
    )

    @property
    def logo_file(self) -> str | None:
        """The name of the picture in the directory."""
        return self.logo.rpartition("/")[2] if self.logo else None


class OwnTexts(_Closed):
    """An organisation's own words."""

    prompt: Sentence | None = Field(default=None, description="a sentence on the prompt: why this is asked")
    help_desk: Sentence | None = Field(default=None, description="how people reach the help desk")
    message_name: Name | None = Field(default=None, description="in messages and calls, instead of displayName")


class Sender(_Closed):
    """Whom an organisation's messages come from. What is not said is the provider's."""

    mail: MailAddress | None = None
    mail_name: Name | None = None
    text: TextSender | None = None


class Skip(_Closed):
    """How far a person may put off what is missing. Of `count`, `days` and `requiredOn` the strictest wins."""

    count: int = Field(ge=0, le=3, description="how many times; closing the browser counts")
    days: int = Field(ge=0, le=14, description="for how long, from the first prompt on")
    required_on: date | None = Field(default=None, description="from the beginning of this day (UTC) on nobody may")
    snooze_days: int = Field(default=1, ge=0, le=14, description="how long a skip gives peace")


class Use(_Closed):
    """What an organisation asks for one use of methods: certain types, a number of them, or both, and which count."""

    required: tuple[MethodType, ...] = ()
    number: int | None = Field(
        default=None, ge=1, le=5, description="how many types that count, those required included"
    )
    methods: tuple[MethodType, ...] = Field(
        default=(), description="types that count; without a word all that the use accepts under the profile"
    )


class Terms(_Closed):
    """How proofs are asked for, and how long a session lives without an act."""

    code_minutes: int = Field(ge=1, le=60, description="how long a code lives that was sent")
    tries: int = Field(ge=1, le=100, description="wrong answers that end a challenge")
    number_digits: int = Field(ge=2, le=3, description="of the number that is typed to approve a request")
    voice: Literal["key", "code"] = Field(description="a call is answered with a key, or reads a code out")
    session_minutes: int = Field(ge=5, le=60)


TERMS: Mapping[Profile, Terms] = {
    "entra": Terms(code_minutes=5, tries=5, number_digits=2, voice="key", session_minutes=15),
    "nist-aal2": Terms(code_minutes=5, tries=5, number_digits=3, voice="code", session_minutes=15),
    "asvs-l2": Terms(code_minutes=5, tries=5, number_digits=3, voice="code", session_minutes=15),
}
"""What each profile sets. Strict ones read a code out: a key that is pressed is approve or deny and nothing more (NIST
SP 800-63B-4, 3.1.3.1). A number of three digits is guessed once in a thousand times, and each guess ends its
request."""


class Requirement(_Closed):
    """What an organisation asks of a group: certain methods, a number of them, or both; and more for each use of them.

    What overrides the profile is None where the profile's terms hold.
    """

    required: tuple[MethodType, ...] = ()
    number: int | None = Field(
        default=None, ge=1, le=5, description="how many types of methods, those required included"
    )
    two_step: Use | None = Field(default=None, description="None: nothing more is asked for two-step verification")
    reset: Use | None = Field(
        default=None,
        description="None: nothing more is asked for password reset; its `number` is also how many methods are proven",
    )
    order: tuple[MethodType, ...] = Field(default=(), description="types that are proposed, and asked for, first")
    may_choose_different: bool = Field(
        default=True, description="whether a person may set up another method than the one proposed"
    )
    registration_proof: Literal["nothing", "temporaryAccessPass", "stepUp"] = Field(
        default="nothing",
        description="what registering needs with nothing on file: a pass, or a second factor at the platform",
    )
    skip: Skip | None = Field(default=None, description="None where nothing may be put off")
    confirm_every_days: int = Field(default=0, ge=0, le=730, description="0: nobody is asked whether it is still right")
    profile: Profile = "entra"
    code_minutes: int | None = Field(default=None, ge=1, le=60, description="how long a code lives")
    tries: int | None = Field(default=None, ge=1, le=100, description="wrong answers that end a challenge")
    number_digits: int | None = Field(default=None, ge=2, le=3, description="of the number that approves a request")
    voice: Literal["key", "code"] | None = Field(default=None, description="what a call asks for")
    session_minutes: int | None = Field(default=None, ge=5, le=60, description="how long a session lives")

    def terms(self, tenant_code_minutes: int | None = None) -> Terms:
        """The profile's, with what the tenant and this policy override."""
        own = {name: getattr(self, name) for name in Terms.model_fields if getattr(self, name) is not None}
        tenants = {} if tenant_code_minutes is None else {"code_minutes": tenant_code_minutes}
        return TERMS[self.profile].model_copy(update=tenants | own)


class GroupPolicy(Requirement):
    """What an organisation asks of a group, and what people may choose. What is required is allowed.

    Whether it can be satisfied, the linter says.
    """

    allowed: tuple[MethodType, ...] = ()


class Question(_Closed):
    """A security question of an organisation's own."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    text: str = Field(min_length=3, max_length=200)


class SecurityQuestions(_Closed):
    """Questions beside the pre-defined ones, how many a person registers, and how many are asked."""

    custom: tuple[Question, ...] = Field(default=(), max_length=20)
    to_register: int = Field(default=3, ge=3, le=5)
    to_ask: int = Field(default=3, ge=3, le=5)

    @model_validator(mode="after")
    def _asks_what_is_there(self) -> "SecurityQuestions":
        if self.to_ask > self.to_register:
            raise ValueError("toAsk is more than toRegister")
        if len({one.id for one in self.custom}) < len(self.custom):
            raise ValueError("two questions have one id")
        return self


class Passkeys(_Closed):
    """For which web addresses passkeys are made. Without a word here it is the host and origin of the public URL."""

    rp_id: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", description="WebAuthn RP ID: a domain"
    )
    origins: tuple[Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")], ...] = Field(
        default=(), max_length=20
    )


class Tenant(_Closed):
    """One organisation."""

    display_name: Name
    branding: Branding = Branding()
    texts: OwnTexts = OwnTexts()
    sender: Sender = Sender()
    groups: dict[str, GroupPolicy]
    default_group: str
    code_minutes: int | None = Field(
        default=None, ge=1, le=60, description="how long a code lives where a group does not say; the linter allows 10"
    )
    security_questions: SecurityQuestions = SecurityQuestions()
    passkeys: Passkeys = Passkeys()

    @model_validator(mode="after")
    def _default_exists(self) -> "Tenant":
        if self.default_group not in self.groups:
            raise ValueError(f"defaultGroup {self.default_group} is none of its groups")
        return self

    @property
    def message_name(self) -> str:
        """What messages and calls call the organisation."""
        return self.texts.message_name or self.display_name

    def policy_for(self, groups: tuple[str, ...]) -> GroupPolicy:
        """The policy of the first of a person's groups that has one, else the default group's."""
        name = next((group for group in groups if group in self.groups), self.default_group)
        return self.groups[name]

    def terms_for(self, groups: tuple[str, ...]) -> Terms:
        """How proofs are asked of a person of these groups."""
        return self.policy_for(groups).terms(self.code_minutes)


class Client(_Closed):
    """A platform that integrates the product: who signs its tokens and where it may send people back to."""

    issuer: str
    tenants: tuple[Identifier, ...]
    jwks_url: AnyHttpUrl
    return_urls: tuple[AnyHttpUrl, ...]


class TwilioProvider(_Closed):
    """An account at Twilio, or at a service that speaks its REST API."""

    name: Identifier
    type: Literal["twilio"]
    base_url: AnyHttpUrl
    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    auth_token: SecretStr
    sender: str = Field(min_length=1, max_length=64)


class SmtpProvider(_Closed):
    """A mail server that takes our mail (RFC 6409). Its certificate is always checked."""

    name: Identifier
    type: Literal["smtp"]
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`tls` from the first byte (RFC 8314, port 465); `none` on this machine alone"
    )
    ca_file: Path | None = Field(default=None, description="certificates to trust instead of the system's")
    username: str | None = None
    password: SecretStr | None = None
    sender: MailAddress
    sender_name: Name = "Security info"

    @model_validator(mode="after")
    def _keeps_secrets(self) -> "SmtpProvider":
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError(
                f"security none is for {', '.join(LOOPBACK)} alone: codes would cross the network in clear"
            )
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        return self


class Providers(_Closed):
    """Providers by channel, in the order in which they are tried."""

    sms: tuple[TwilioProvider, ...] = ()
    voice: tuple[TwilioProvider, ...] = ()
    email: tuple[SmtpProvider, ...] = ()

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels that have a provider."""
        offered: dict[Channel, tuple[object, ...]] = {"sms": self.sms, "voice": self.voice, "email": self.email}
        return frozenset(channel for channel, providers in offered.items() if providers)

    @model_validator(mode="after")
    def _names_differ(self) -> "Providers":
        everyone: tuple[TwilioProvider | SmtpProvider, ...] = (*self.sms, *self.voice, *self.email)
        names = [one.name for one in everyone]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two providers have the name {twice[0]}")
        return self


class PushServices(_Closed):
    """Where Web Push messages may go to: whoever subscribes names the address, so that it must be on a list."""

    hosts: tuple[Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$")], ...] = Field(
        default=(
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            "*.push.apple.com",
            "*.notify.windows.com",
        ),
        description="of push services, reached by https on port 443; `*.` stands for anything below a name",
    )
    unsafe: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}$")], ...] = Field(
        default=(), description="`host:port` that may be http and a private address; demo only"
    )
    contact: str = Field(
        default="mailto:security-info@localhost",
        pattern=r"^(mailto:[^@\s]+@|https://)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
        description="whom a push service may write to about our messages (RFC 8292, section 2.1)",
    )


Rate = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)$")]


class EdgeLimits(_Closed):
    """How much one replica takes before it says 429: `COUNT/UNIT`. Limits per number and challenge are not here."""

    address: Rate = Field(default="120/minute", description="openings of tickets from one address")
    client: Rate = Field(default="6000/minute", description="API calls of one client")
    session: Rate = Field(default="60/minute", description="forms of one session")
    request: Rate = Field(default="10/hour", description="numbers that one session may ask a code for")


class NumberRules(_Closed):
    """Which phone numbers are taken beside those that are valid by numbering plan."""

    fictional: tuple[str, ...] = Field(default=(), description="E.164 prefixes of fictional ranges; demo only")
    allow: tuple[Literal["premium", "virtual"], ...] = Field(
        default=(), description="ranges that are refused otherwise: they cost, or are bound to no device"
    )


class Config(_Closed):
    """The whole file."""

    tenants: dict[Identifier, Tenant]
    clients: dict[Identifier, Client]
    providers: Providers = Providers()
    push_services: PushServices = PushServices()
    numbers: NumberRules = NumberRules()
    limits: EdgeLimits = EdgeLimits()
    branding_directory: Path | None = Field(default=None, description="where the logos are; relative to this file")

    @model_validator(mode="after")
    def _logos_have_a_place(self) -> "Config":
        for name, tenant in self.tenants.items():
            if tenant.branding.logo and self.branding_directory is None:
                raise ValueError(f"tenants.{name}.branding.logo needs brandingDirectory, where the file is")
        return self

    @model_validator(mode="after")
    def _clients_fit(self) -> "Config":
        issuers = [client.issuer for client in self.clients.values()]
        if len(set(issuers)) < len(issuers):
            raise ValueError("two clients have one issuer")
        for name, client in self.clients.items():
            if unknown := [tenant for tenant in client.tenants if tenant not in self.tenants]:
                raise ValueError(f"client {name} names the tenant {unknown[0]}, which does not exist")
        return self

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant with that id; it must exist (tokens are checked against the clients' tenants first)."""
        return self.tenants[tenant_id]


VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")


def load_config(
    path: Path, environment: Mapping[str, str] | None = None, *, named_by: str = "SECURITY_INFO_CONFIG"
) -> Config:
    """Read the file, with `${NAME:-default}` replaced from the environment. `named_by` is what the path came from.

    Raises:
        ConfigError: one line that names the place and the remedy.
    """
    variables = os.environ if environment is None else environment
    try:
        content = yaml.safe_load(_expanded(path.read_text(), variables))
        return _with_place(Config.model_validate(content), path.parent)
    except OSError:
        raise ConfigError(f"{named_by}: cannot read {path}; point it to your configuration file") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{named_by}: {path} is not YAML: {_place(error)}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{named_by}: {path}: {where}: {first['msg']}") from None


def _with_place(config: Config, folder: Path) -> Config:
    """What the file names beside itself."""
    if config.branding_directory is None:
        return config
    return config.model_copy(update={"branding_directory": folder / config.branding_directory})


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        found = variables.get(name, default)
        if found is None:
            raise ConfigError(f"{name}: the configuration file refers to it and it is not set; set it")
        return found

    return VARIABLE.sub(value, text)


def _place(error: yaml.YAMLError) -> Any:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "unreadable"
