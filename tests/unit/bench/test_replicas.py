"""What more processes would do, where there is a known answer."""

import pytest

from tests.bench.replicas.computing import NO_DATABASE, computed, rate

MILLISECONDS = {"enrollment": 24.0, "verifier": 8.0, "notifier": 4.0, "mongodb": 12.0, "kafka": 6.0}


@pytest.mark.parametrize("clients", [1, 8, 32])
def test_one_station_serves_one_after_the_other(clients: int) -> None:
    assert rate([20], clients) == pytest.approx(50)


@pytest.mark.parametrize("clients", [1, 8, 32])
def test_stations_alike_as_in_a_balanced_network(clients: int) -> None:
    """N / (D · (N + K - 1)); E. Lazowska and others, Quantitative System Performance, chapter 5."""
    assert rate([10] * 4, clients) == pytest.approx(1000 * clients / (10 * (clients + 3)))


def test_one_client_waits_for_nobody() -> None:
    assert rate(MILLISECONDS.values(), 1) == pytest.approx(1000 / sum(MILLISECONDS.values()))


def test_more_replicas_help_until_a_server_is_busy() -> None:
    found = computed(MILLISECONDS, 32)
    assert found["1"]["perSecond"] == pytest.approx(1000 / 24, rel=0.01)
    assert found["1"]["perSecond"] < found["2"]["perSecond"] < found["4"]["perSecond"] < 1000 / 12
    assert found["8"][f"{NO_DATABASE}.perSecond"] > 1.5 * found["8"]["perSecond"]
