"""Which adapter carries the messages of an account: a line each."""

from schemas.base import Channel
from services.kit.config.gateways import PluginProvider, SinchProvider, VonageProvider, WebhookProvider
from services.kit.config.providers import AnyProvider, SmtpProvider, TwilioProvider
from services.notifier.providers.base import Provider, ProviderContext
from services.notifier.providers.network import Caller
from services.notifier.providers.plugin import plugged_in
from services.notifier.providers.sinch import SinchTexts
from services.notifier.providers.smtp import SmtpMail
from services.notifier.providers.standard_webhooks import key_of
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.providers.twilio_calls import TwilioCalls
from services.notifier.providers.vonage import VonageTexts
from services.notifier.providers.webhook import Webhook


def provider_of(account: AnyProvider, channel: Channel, context: ProviderContext) -> Provider:
    """Raises ConfigError: a secret is missing, or a plug-in is none."""
    caller, reports = Caller(context.client), context.reports(account.name)
    match account:
        case TwilioProvider():
            adapter = TwilioCalls if channel == "voice" else TwilioTexts
            return adapter(account, context.client, context.callbacks(account.name))
        case SmtpProvider():
            return SmtpMail(account, context.clock)
        case WebhookProvider():
            keys = [key_of(context.resolve(reference), reference) for reference in account.secrets]
            return Webhook(account, channel, caller, context.clock, keys=keys, reports=reports)
        case VonageProvider():
            return VonageTexts(
                account,
                caller,
                secret=context.resolve(account.api_secret),
                signed_by=context.resolve(account.signature_secret) if account.signature_secret else None,
                reports=reports,
                clock=context.clock,
            )
        case SinchProvider():
            return SinchTexts(account, caller, token=context.resolve(account.api_token), clock=context.clock)
        case PluginProvider():
            return plugged_in(account, context)
