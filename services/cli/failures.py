"""How a command fails: one clear line on stderr and an exit code, never a stack trace."""

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

FAILED = 1
EXPLAINED = frozenset(
    {
        "SettingsError",
        "KeyringError",
        "ConfigError",
        "CommandFailedError",
        "DeadLetterError",
        "PartitionsDifferError",
        "RedactionError",
        "GrantError",
        "TopicsNotShownError",
    }
)
"""Errors whose message was written for the person at the keyboard. By name, so that nothing is imported for it."""

UNREACHABLE = frozenset({"KafkaConnectionError", "NodeNotReadyError", "KafkaTimeoutError", "TimeoutError"})
"""What is raised when no broker answers."""

REFUSED = frozenset(
    {"TopicAuthorizationFailedError", "GroupAuthorizationFailedError", "ClusterAuthorizationFailedError"}
)
"""What is raised when the account may not do it. One that Kafka does not know finds no broker that answers it."""


class CommandFailedError(Exception):
    """A command could not do its work; the message says why and what to do."""


def leave(error: Exception) -> NoReturn:
    """Print one line for `error` and exit with 1. `SECURITY_INFO_LOG_LEVEL=debug` adds the stack trace."""
    if os.environ.get("SECURITY_INFO_LOG_LEVEL") == "debug":
        traceback.print_exception(error)
    print(f"security-info: {describe(error)}", file=sys.stderr)
    sys.exit(FAILED)


def describe(error: Exception) -> str:
    """One line. The text of an unexpected error is not shown: it may quote a value that must not be seen."""
    if type(error).__name__ in EXPLAINED:
        return printable(" ".join(str(error).split()))
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; install the extra of the service, such as 'security-info[enrollment]'"
    if type(error).__name__ in UNREACHABLE:
        return (
            "Kafka does not answer; start it, or correct SECURITY_INFO_KAFKA_URL; where it asks who one is, "
            "SECURITY_INFO_KAFKA_USERNAME or SECURITY_INFO_KAFKA_PASSWORD may be wrong"
        )
    if type(error).__name__ in REFUSED:
        return (
            "SECURITY_INFO_KAFKA_USERNAME may not do this; deploy/kafka-acls.yaml says which account this command needs"
        )
    return (
        f"unexpected {type(error).__name__} at {_place(error)}; "
        "run again with SECURITY_INFO_LOG_LEVEL=debug for the stack trace"
    )


def printable(text: str) -> str:
    """The text without characters that could steer a terminal: a bad record, or a letter about one, may hold any."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
