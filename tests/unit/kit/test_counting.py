"""So many within a while, then none until it is over."""

from datetime import timedelta

import pytest

from services.kit.counting import Count, one_more
from services.kit.errors import RateLimitedError
from tests.support.clock import NOON

HOUR = timedelta(hours=1)


def test_as_many_as_are_allowed_and_again_after_the_time() -> None:
    counted = Count()
    for minute in range(3):
        counted = one_more(counted, 3, HOUR, at=NOON + timedelta(minutes=minute))
    assert counted == Count(3, NOON)
    with pytest.raises(RateLimitedError) as refused:
        one_more(counted, 3, HOUR, at=NOON + timedelta(minutes=59))
    assert refused.value.members["retryAfter"] == 61
    assert refused.value.headers == {"Retry-After": "61"}
    assert one_more(counted, 3, HOUR, at=NOON + HOUR) == Count(1, NOON + HOUR)
