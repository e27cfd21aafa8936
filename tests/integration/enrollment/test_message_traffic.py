"""Traffic on a real database: its updates are atomic, so that of many at once each sees the others."""

from tests.support.services.traffic import TrafficBehaviour


class TestTraffic(TrafficBehaviour):
    """On the real one."""
