"""The verifier's settings: those of every service."""

from services.kit.settings import ServiceSettings


class VerifierSettings(ServiceSettings):
    """Nothing beyond what all services share."""
