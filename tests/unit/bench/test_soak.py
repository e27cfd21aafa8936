"""What a soak says of how a process went on."""

from tests.bench.soak import Course


def test_cpu_a_cycle_is_told_apart_for_the_second_and_the_last_third() -> None:
    course = Course(seconds=[0.0, 10.0, 20.0, 30.0])
    course.cpu["verifier"] = [0.0, 9.0, 10.0, 12.0]
    assert course.cpu_a_cycle(rate=20.0) == {"verifier": (5.0, 10.0)}
