"""Which adapter carries the messages of an account: a line each."""

from typing import Literal

from schemas.base import Channel
from services.kit.config.gateways import (
    PluginProvider,
    SesProvider,
    SinchProvider,
    SnsProvider,
    VonageProvider,
    WebhookProvider,
    WhatsAppProvider,
)
from services.kit.config.providers import AnyProvider, SmtpProvider, TwilioProvider
from services.notifier.providers.amazon.ses import SesMail
from services.notifier.providers.amazon.signing import Signer
from services.notifier.providers.amazon.sns import SnsTexts
from services.notifier.providers.base import Provider, ProviderContext
from services.notifier.providers.mail.signing import domain_key
from services.notifier.providers.mail.smtp import SmtpMail
from services.notifier.providers.network import Caller
from services.notifier.providers.plugin import plugged_in
from services.notifier.providers.sinch import SinchTexts
from services.notifier.providers.standard_webhooks import key_of
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.providers.twilio_calls import TwilioCalls
from services.notifier.providers.vonage import VonageTexts
from services.notifier.providers.webhook import Webhook
from services.notifier.providers.whatsapp import WhatsAppCloud


def provider_of(account: AnyProvider, channel: Channel, context: ProviderContext) -> Provider:
    """Raises ConfigError: a secret is missing, or a plug-in is none."""
    caller, reports = Caller(context.client), context.reports(account.name)
    made: Provider
    match account:
        case TwilioProvider():
            adapter = TwilioCalls if channel == "voice" else TwilioTexts
            made = adapter(account, context.client, context.callbacks(account.name))
        case SmtpProvider():
            signed_by = [domain_key(key, context.resolve(key.private_key)) for key in account.dkim]
            made = SmtpMail(account, context.clock, signed_by)
        case WebhookProvider():
            keys = [key_of(context.resolve(reference), reference) for reference in account.secrets]
            made = Webhook(account, channel, caller, context.clock, keys=keys, reports=reports)
        case VonageProvider():
            made = VonageTexts(
                account,
                caller,
                secret=context.resolve(account.api_secret),
                signed_by=context.resolve(account.signature_secret) if account.signature_secret else None,
                reports=reports,
                clock=context.clock,
            )
        case SinchProvider():
            made = SinchTexts(account, caller, token=context.resolve(account.api_token), clock=context.clock)
        case SnsProvider():
            made = SnsTexts(account, caller, _signer("sns", account, context), context.clock)
        case SesProvider():
            made = SesMail(account, caller, _signer("ses", account, context), context.clock)
        case WhatsAppProvider():
            made = WhatsAppCloud(
                account,
                caller,
                token=context.resolve(account.access_token),
                signed_by=context.resolve(account.app_secret),
                verified_by=context.resolve(account.verify_token),
            )
        case PluginProvider():
            made = plugged_in(account, context)
    return made


def _signer(service: Literal["sns", "ses"], account: SnsProvider | SesProvider, context: ProviderContext) -> Signer:
    secret = context.resolve(account.secret_access_key) if account.secret_access_key else None
    return Signer(service, account.region, account.access_key_id, secret)
