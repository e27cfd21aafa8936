"""That a challenge is over, kept for requests that are still under way."""

from pydantic import AwareDatetime

from services.kit.state import State


class Cancellation(State):
    """Nothing is sent for the challenge from then on, whichever channel asks for it."""

    at: AwareDatetime


def cancellation_id(tenant: str, challenge_id: str) -> str:
    return f"{tenant}/{challenge_id}"
