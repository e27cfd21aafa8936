"""Accounts at providers other than Twilio and mail servers. Their secrets are named, never written there."""

from typing import Annotated, Any, Final, Literal

from pydantic import AnyHttpUrl, Field, StringConstraints, model_validator

from services.kit.config.values import Closed, Identifier, MailAddress, Name, TextSender

REFERENCE: Final = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/[^\x00\n]+)$"
SecretReference = Annotated[str, StringConstraints(pattern=REFERENCE)]
"""Where a secret is: `env:NAME`, a variable, or `file:/PATH`, a file that holds nothing else."""


class WebhookProvider(Closed):
    """Anything that takes messages by our own contract (docs/webhook.md)."""

    name: Identifier
    type: Literal["webhook"]
    url: AnyHttpUrl
    secrets: tuple[SecretReference, ...] = Field(
        min_length=1, max_length=2, description="of Standard Webhooks, `whsec_…`; two while one is exchanged"
    )
    sender: TextSender | MailAddress | None = None


class VonageProvider(Closed):
    """An account for Vonage's SMS API."""

    name: Identifier
    type: Literal["vonage"]
    base_url: AnyHttpUrl = AnyHttpUrl("https://rest.nexmo.com")
    api_key: str = Field(pattern=r"^[0-9A-Za-z]{4,32}$")
    api_secret: SecretReference
    signature_secret: SecretReference | None = Field(default=None, description="checks delivery receipts; HMAC-SHA-256")
    sender: TextSender


class SinchProvider(Closed):
    """A service plan for Sinch's SMS API."""

    name: Identifier
    type: Literal["sinch"]
    base_url: AnyHttpUrl = AnyHttpUrl("https://eu.sms.api.sinch.com")
    service_plan: str = Field(pattern=r"^[0-9A-Za-z]{8,64}$")
    api_token: SecretReference
    sender: TextSender


class _AmazonAccount(Closed):
    """An account at Amazon. Without a key, that of the role of the machine or container counts."""

    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
    base_url: AnyHttpUrl | None = Field(default=None, description="another endpoint than the region's")
    access_key_id: str | None = Field(default=None, pattern=r"^[A-Z0-9]{16,128}$")
    secret_access_key: SecretReference | None = None

    @model_validator(mode="after")
    def _key_is_whole(self) -> "_AmazonAccount":
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("accessKeyId and secretAccessKey belong together")
        return self


class SnsProvider(_AmazonAccount):
    """Texts by Amazon SNS."""

    name: Identifier
    type: Literal["sns"]
    sender: TextSender | None = None


class SesProvider(_AmazonAccount):
    """Mail by Amazon SES."""

    name: Identifier
    type: Literal["ses"]
    sender: MailAddress
    sender_name: Name = "Security info"
    configuration_set: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")


class WhatsAppProvider(Closed):
    """A number of a business at Meta's WhatsApp Cloud API, and the template by which it sends codes."""

    name: Identifier
    type: Literal["whatsapp"]
    base_url: AnyHttpUrl = AnyHttpUrl("https://graph.facebook.com")
    api_version: str = Field(default="v23.0", pattern=r"^v[0-9]{1,3}\.[0-9]$")
    phone_number_id: str = Field(pattern=r"^[0-9]{4,32}$")
    access_token: SecretReference
    app_secret: SecretReference = Field(description="signs what Meta reports")
    verify_token: SecretReference = Field(description="what Meta names when the address for reports is set")
    template: str = Field(pattern=r"^[a-z0-9_]{1,512}$", description="of category authentication, with a copy button")
    languages: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2,3})?$")], ...] = Field(
        default=("en",),
        min_length=1,
        description="that the template has, as Meta writes them; the first for all others",
    )


class PluginProvider(Closed):
    """A provider that is not part of this product (docs/adding-a-provider.md)."""

    name: Identifier
    type: Literal["plugin"]
    factory: str = Field(
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$",
        description="`package.module:function`, on Python's path",
    )
    options: dict[str, Any] = Field(default={}, description="what the function reads")
    secrets: dict[str, SecretReference] = Field(default={}, description="by the names by which the function reads them")
