"""An authenticator of the browser's own, by the DevTools protocol (domain WebAuthn)."""

from typing import Any, Final

PLATFORM_AUTHENTICATOR: Final[dict[str, Any]] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""One that says yes at once."""
