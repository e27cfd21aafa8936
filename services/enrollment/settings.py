"""Enrollment's settings: those of every service."""

from services.kit.settings import ServiceSettings


class EnrollmentSettings(ServiceSettings):
    """Nothing beyond what all services share."""
