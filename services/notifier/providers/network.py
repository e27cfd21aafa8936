"""What a failure on the way to a provider means for the message."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from services.notifier.providers.base import OutcomeUnknownError, TransientError


@contextmanager
def network_failures() -> Iterator[None]:
    """Before the request is out, nothing can have been accepted; afterwards nobody knows."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransientError(type(error).__name__) from None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise OutcomeUnknownError(type(error).__name__) from None
