"""What the demo world reads from the environment or `.env`; the product's own settings stay unknown to it."""

from datetime import timedelta
from pathlib import Path

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SECURITY_INFO_"


class WorldSettings(BaseSettings):
    """Ports and addresses of the demo world; every default is that of a plain `make demo`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    public_url: AnyHttpUrl = AnyHttpUrl("http://localhost:8000")
    authenticator_url: AnyHttpUrl | None = None
    northbridge_port: int = Field(default=8010, ge=1, le=65535)
    handset_port: int = Field(default=8020, ge=1, le=65535)
    smtp_port: int = Field(default=2525, ge=1, le=65535)
    demo_home: Path = Path(".local/demo")
    clock_offset: int = Field(default=0, description="seconds; the whole demo shifts together")
    reset_seconds: float = Field(default=2.0, ge=0.5, description="from a request of a password reset to its answer")
    reset_slow_seconds: float = Field(default=5.0, ge=0.5, description="the same where the product compares slowly")
    twilio_auth_token: SecretStr = SecretStr("demo-twilio-token")

    @property
    def product_origin(self) -> str:
        """The product's public URL without a trailing slash: audience of our tokens, issuer of its results."""
        return str(self.public_url).rstrip("/")

    @property
    def authenticator_page(self) -> str:
        """The reference authenticator app."""
        return f"{str(self.authenticator_url or self.public_url).rstrip('/')}/authenticator"

    @property
    def northbridge_origin(self) -> str:
        """Where browsers find Northbridge."""
        return f"http://127.0.0.1:{self.northbridge_port}"

    @property
    def handset_origin(self) -> str:
        """Where browsers find the handset."""
        return f"http://127.0.0.1:{self.handset_port}"

    @property
    def offset(self) -> timedelta:
        """How far the demo's clock is shifted."""
        return timedelta(seconds=self.clock_offset)


def read_settings() -> WorldSettings:
    """Read the settings.

    Raises:
        SystemExit: with one line that names the malformed variable.
    """
    try:
        return WorldSettings()
    except ValidationError as error:
        first = error.errors()[0]
        raise SystemExit(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None
