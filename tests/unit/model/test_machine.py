"""200 histories of the core; `make faults` tries 10,000, `python -m tests.model` as many as one likes."""

from hypothesis import HealthCheck, settings

from tests.model.machine import Core

TestCore = Core.TestCase
TestCore.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
