"""Who is asked whether a SIM card was changed, and what an organisation makes of silence."""

from pydantic import AnyHttpUrl, Field

from services.kit.config.gateways import SecretReference
from services.kit.config.values import Closed


class SimSwapAccount(Closed):
    """A client of an operator's SIM Swap API (CAMARA, version 2.1.0), or of one that speaks for several."""

    base_url: AnyHttpUrl = Field(description="what comes before `/check`, such as https://HOST/sim-swap/v2")
    token_url: AnyHttpUrl = Field(description="where the token of the client is (RFC 6749, section 4.4)")
    client_id: str = Field(pattern=r"^[!-~]{1,256}$")
    client_secret: SecretReference
    scope: str = Field(
        default="dpv:FraudPreventionAndDetection sim-swap:check",
        pattern=r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$",
        max_length=512,
        description="purpose and operation, as the contract names them",
    )
    max_age_hours: int = Field(
        default=240, ge=1, le=2400, description="how long ago a change still counts; some operators know less"
    )
    timeout_seconds: float = Field(
        default=2.0, ge=0.1, le=2.0, description="for one check with all that belongs to it; so long a code may wait"
    )


class SimSwapPolicy(Closed):
    """What an organisation makes of it."""

    fail_closed: bool = Field(
        default=False,
        description="whether no code goes to a number on file of whose SIM card nobody could say anything",
    )
