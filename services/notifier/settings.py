"""The notifier's settings: those of every service."""

from services.kit.settings import ServiceSettings


class NotifierSettings(ServiceSettings):
    """Nothing beyond what all services share."""
