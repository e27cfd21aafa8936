"""Tokens that prove that a form was made for this session (synchroniser token, derived, so that nothing is stored)."""

from services.kit.crypto.sealing import equal, message_code


def csrf_token(session_secret: str) -> str:
    """The token for the forms of the session whose cookie carries `session_secret`; it does not reveal the secret."""
    return message_code(session_secret, "csrf")


def csrf_matches(session_secret: str, presented: str) -> bool:
    """Whether `presented` is the session's token; in constant time."""
    return equal(csrf_token(session_secret), presented)
