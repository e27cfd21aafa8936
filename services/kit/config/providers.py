"""Who carries messages: providers by channel, push services, and the numbers that are taken."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, SecretStr, StringConstraints, model_validator

from schemas.base import OF_NUMBERS, Channel
from services.kit.config.gateways import (
    PluginProvider,
    SecretReference,
    SesProvider,
    SinchProvider,
    SnsProvider,
    VonageProvider,
    WebhookProvider,
    WhatsAppProvider,
)
from services.kit.config.sim_swap import SimSwapAccount
from services.kit.config.values import Closed, Identifier, MailAddress, Name

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TwilioProvider(Closed):
    """An account at Twilio, or at a service that speaks its REST API."""

    name: Identifier
    type: Literal["twilio"]
    base_url: AnyHttpUrl
    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    auth_token: SecretStr = Field(min_length=1)
    sender: str = Field(min_length=1, max_length=64)


class DkimKey(Closed):
    """Signs mail of a domain (DKIM, RFC 6376). The public half is a TXT record at `SELECTOR._domainkey.DOMAIN`."""

    domain: str = Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=253)
    selector: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=63)
    private_key: SecretReference


def signs_for(key_domain: str, sender_domain: str) -> bool:
    """Whether a key of DKIM is for mail of that sender: it signs its own domain and all below it."""
    return f".{sender_domain.lower()}".endswith(f".{key_domain}")


class SmtpProvider(Closed):
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
    password: SecretStr | None = Field(default=None, min_length=1)
    sender: MailAddress
    sender_name: Name = "Security info"
    dkim: tuple[DkimKey, ...] = Field(
        default=(), max_length=50, description="where the server does not sign mail itself"
    )

    @model_validator(mode="after")
    def _keeps_secrets(self) -> "SmtpProvider":
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError(
                f"security none is for {', '.join(LOOPBACK)} alone: codes would cross the network in clear"
            )
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        return self

    @model_validator(mode="after")
    def _signs_its_own(self) -> "SmtpProvider":
        domain = self.sender.rpartition("@")[2].lower()
        if self.dkim and not any(signs_for(key.domain, domain) for key in self.dkim):
            raise ValueError(f"dkim has no key for {domain}, the domain of sender: that mail would go unsigned")
        return self


AnyText = Annotated[
    TwilioProvider | WebhookProvider | VonageProvider | SinchProvider | SnsProvider | PluginProvider,
    Field(discriminator="type"),
]
AnyCall = Annotated[TwilioProvider | PluginProvider, Field(discriminator="type")]
AnyMail = Annotated[SmtpProvider | WebhookProvider | SesProvider | PluginProvider, Field(discriminator="type")]
AnyWhatsApp = Annotated[WhatsAppProvider | PluginProvider, Field(discriminator="type")]
AnyProvider = AnyText | AnyCall | AnyMail | AnyWhatsApp


class Providers(Closed):
    """Providers by channel, in the order in which they are tried, and who knows of SIM cards."""

    sms: tuple[AnyText, ...] = ()
    voice: tuple[AnyCall, ...] = ()
    email: tuple[AnyMail, ...] = ()
    whatsapp: tuple[AnyWhatsApp, ...] = ()
    sim_swap: SimSwapAccount | None = Field(
        default=None, description="asked before anything goes to a number on file; without it nobody is"
    )

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(channel for channel, accounts in self._by_channel.items() if accounts)

    @property
    def placed(self) -> tuple[tuple[str, AnyProvider], ...]:
        """All of them, each with its place in the file."""
        return tuple(
            (f"providers.{channel}.{number}", account)
            for channel, accounts in self._by_channel.items()
            for number, account in enumerate(accounts)
        )

    @property
    def names(self) -> dict[Channel, tuple[str, ...]]:
        """The names of the providers of each channel."""
        return {channel: tuple(account.name for account in accounts) for channel, accounts in self._by_channel.items()}

    @property
    def _by_channel(self) -> dict[Channel, tuple[AnyProvider, ...]]:
        return {"sms": self.sms, "voice": self.voice, "email": self.email, "whatsapp": self.whatsapp}

    @model_validator(mode="after")
    def _names_differ(self) -> "Providers":
        names = [name for names in self.names.values() for name in names]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two providers have the name {twice[0]}")
        return self


class ProviderRoute(Closed):
    """An order of providers for some organisations or countries; the first that fits counts."""

    channel: Channel
    tenants: tuple[Identifier, ...] = Field(default=(), description="none: all")
    countries: tuple[Country, ...] = Field(default=(), description="of the number, ISO 3166-1 alpha-2; none: all")
    providers: tuple[Identifier, ...] = Field(min_length=1, description="by name, in the order in which they are tried")

    @model_validator(mode="after")
    def _is_about_numbers(self) -> "ProviderRoute":
        if self.countries and self.channel not in OF_NUMBERS:
            raise ValueError(f"countries are those of numbers; {self.channel} has none")
        if len(set(self.providers)) < len(self.providers):
            raise ValueError("a provider is named twice")
        return self


class PushServices(Closed):
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


class NumberRules(Closed):
    """Which phone numbers are taken beside those that are valid by numbering plan."""

    fictional: tuple[str, ...] = Field(default=(), description="E.164 prefixes of fictional ranges; demo only")
    allow: tuple[Literal["premium", "virtual"], ...] = Field(
        default=(), description="ranges that are refused otherwise: they cost, or are bound to no device"
    )
