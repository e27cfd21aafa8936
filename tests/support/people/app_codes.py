"""Codes that an app shows by time. Each is good once, in its own time step and in the one after."""

import time
from datetime import UTC, datetime

from services.kit.crypto.codes import TOTP_SECONDS, hotp_code, totp_code, totp_step

AHEAD = 4.0
"""Seconds that a code must still be taken for: to be typed, sent and judged on a busy machine."""


def earlier_code(secret: bytes) -> str:
    """The code before the one that is shown now. It is still taken, and leaves that one for the next proof."""
    left = TOTP_SECONDS - time.time() % TOTP_SECONDS
    if left < AHEAD:
        time.sleep(left)
    return hotp_code(secret, totp_step(datetime.now(UTC)) - 1)


def shown_code(secret: bytes) -> str:
    """The code that is shown now."""
    return totp_code(secret, datetime.now(UTC))
