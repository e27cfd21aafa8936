"""Who sends a request."""

from fastapi import Request


def address_of(request: Request) -> str:
    """Where a request comes from; behind trusted proxies, what they say. Empty where that is not known."""
    return request.client.host if request.client else ""
