"""Time stamps in what providers sign: an old one is a repetition by somebody else."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)


def is_recent(timestamp: str, at: datetime) -> bool:
    """Whether these seconds since 1970 (POSIX.1-2017, section 4.16) are about `at`. Total."""
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= len("9999999999")
    return is_number and abs(at.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
