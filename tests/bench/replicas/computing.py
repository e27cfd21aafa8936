"""What more processes would do where each has a core of its own: computed from what a cycle takes of each of them.

Mean value analysis of a closed network (M. Reiser, S. Lavenberg, Mean-Value Analysis of Closed Multichain Queuing
Networks, Journal of the ACM 27(2), 1980): clients go round stations, each of which serves one after the other. Replicas
of a service are stations that share its work evenly. Waiting for the disk and the network is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from deploy.local.stack import SERVERS, SERVICES

REPLICAS: Final = (1, 2, 4, 8)
NO_DATABASE: Final = "withoutDatabase"
"""The database of the bench is a stand-in for a cluster; without it one sees what the services could do."""


def rate(demands: Iterable[float], clients: int) -> float:
    """Cycles a second of so many clients; `demands` are the milliseconds that a cycle takes of each station."""
    stations = [demand for demand in demands if demand > 0]
    waiting, reached = [0.0] * len(stations), 0.0
    for present in range(1, clients + 1):
        stays = [demand * (1 + ahead) for demand, ahead in zip(stations, waiting, strict=True)]
        reached = present / sum(stays)
        waiting = [reached * stay for stay in stays]
    return reached * 1000


def computed(milliseconds: Mapping[str, float], clients: int) -> dict[str, dict[str, float]]:
    """Cycles a second with so many replicas of each service, by number, with the servers and without the database."""
    found = {}
    for number in REPLICAS:
        services = [milliseconds[name] / number for name in SERVICES for _ in range(number)]
        servers = {name: milliseconds[name] for name in SERVERS}
        others = [value for name, value in servers.items() if name != "mongodb"]
        found[str(number)] = {
            "perSecond": round(rate([*services, *servers.values()], clients), 1),
            f"{NO_DATABASE}.perSecond": round(rate([*services, *others], clients), 1),
        }
    return found
