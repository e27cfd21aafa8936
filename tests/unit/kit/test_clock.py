"""The clock tells UTC in whole milliseconds, shifted where the demo wants it."""

from datetime import UTC, datetime, timedelta

from services.kit.clock import SystemClock, monotonic, whole_milliseconds


def test_the_time_is_utc_in_whole_milliseconds() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta()
    assert now.microsecond % 1000 == 0


def test_the_offset_shifts_it() -> None:
    shift = timedelta(days=30)
    assert abs(SystemClock(shift).now() - SystemClock().now() - shift) < timedelta(minutes=1)


def test_what_the_database_would_drop_is_dropped() -> None:
    moment = datetime(2026, 11, 24, 12, 0, 0, 123_999, tzinfo=UTC)
    assert whole_milliseconds(moment).microsecond == 123_000


def test_monotonic_never_goes_back() -> None:
    moments = [monotonic() for _ in range(100)]
    assert moments == sorted(moments)
