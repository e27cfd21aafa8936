"""What commands read from the environment: the services' settings, without what only a service must have."""

from pathlib import Path

from pydantic import model_validator

from services.kit.settings import ServiceSettings, load_settings


class OperatorSettings(ServiceSettings):
    """Connections, topics and the demo's files. Commands hold no keys and serve no page."""

    keyring: Path = Path()

    @model_validator(mode="after")
    def _production_is_strict(self) -> "OperatorSettings":
        """The rules about https and the clock bind services; a command has no page and decides nothing by time."""
        return self


def operator_settings() -> OperatorSettings:
    """Read the settings. Raises SettingsError: one line that names the variable and the remedy."""
    return load_settings(OperatorSettings)
