"""A run for people: a table beside what it is to reach, and a picture."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from deploy.local.stack import SERVICES
from tests.bench.picture import bars, stacked
from tests.bench.replicas.computing import NO_DATABASE

Report = Mapping[str, Any]

NOT_HERE = "not measured here"
ELSEWHERE: Mapping[str, str] = {
    "database round trips of an answer (test_round_trips.py counts them)": "8, and 4 to register",
    "p50 and idle with 1,000,000 people beside 1,000 (PEOPLE=1000000)": "1.2 times",
}
"""What issue 15 asks for beside: who reads the table must not take it for all of it."""


def table_of(report: Report) -> Table:
    """What was measured, and what it is to reach (issue 15)."""
    table = Table(title="What it takes", title_justify="left")
    for column, justify in (("", "left"), ("found", "right"), ("to reach", "right")):
        table.add_column(column, justify="left" if justify == "left" else "right")
    for name, value, aim in rows_of(report["figures"]):
        table.add_row(name, value, aim)
    return table


def rows_of(figures: Report) -> list[tuple[str, str, str]]:
    """Name, what was found, what is to be reached."""
    answer, page, cycle = figures["answer"], figures["page"], figures["cycle"]
    idle, resident = figures["idleMillisecondsASecond"], figures["residentMegabytes"]
    rows = [
        ("answer, paced: p50 / p99 ms", _pair(answer["answer"]), ""),
        ("its floor: HTTP, two hops, three writes", _pair(answer["floor"]), ""),
        ("times the floor", _pair(answer["times"]), "2.0 / 2.5"),
    ]
    for name, loaded in cycle.items():
        aims = {"closed1": "25 ms", "closed32": "70 a second"}
        found = f"{loaded['perSecond']} a second, {_pair(loaded['milliseconds'])} ms"
        rows.append((f"registered and proven, {name}: rate, p50 / p99", found, aims.get(name, "")))
        cpu = f"{loaded['cpuOfServices']} and {loaded['cpuOfServers']} ms"
        rows.append(("  CPU a cycle: services, database and Kafka", cpu, "14 and 16 ms"))
    return [
        *rows,
        ("page, GET p50", f"{page['get']['p50']} ms", "8 ms"),
        ("page, POST p50", f"{page['post']['p50']} ms", "8 ms"),
        ("  CPU of one", f"{page['cpuMilliseconds']} ms", "5 ms"),
        ("first page", f"{page['firstBytes'] / 1000:.1f} kB, {page['firstRequests']} requests", "60 kB, 6"),
        ("start to ready", _each(figures["secondsToReady"], "s"), "2 s"),
        ("resident", _each({name: resident[name] for name in SERVICES}, "MB"), "130 MB each"),
        ("idle, all services", f"{sum(idle[name] for name in SERVICES):.1f} ms/s", "15 ms/s"),
        *(_messages(figures) if "queues" in figures else ()),
        *(_replicas(figures["replicas"]) if "replicas" in figures else ()),
        *((name, NOT_HERE, aim) for name, aim in ELSEWHERE.items()),
    ]


def _messages(figures: Report) -> list[tuple[str, str, str]]:
    text = figures["textCpuMilliseconds"]
    rows = [("a text from request to delivered, CPU", _each({name: text[name] for name in SERVICES}, "ms"), "")]
    rows.append(("  all services", f"{sum(text[name] for name in SERVICES):.1f} ms", "12 ms"))
    for service, queue in figures["queues"].items():
        found = f"{queue['perSecond']:.0f} and {queue['bare']:.0f} a second: {queue['times']} times"
        rows.append((f"{service}, and a bare loop with the same writes", found, "0.5 times"))
    for channel, parts in figures["hanging"].items():
        without, hanging = parts["without"], parts["hanging"]
        found = f"{_pair(hanging)} and {_pair(without)} ms: {hanging['p99'] / without['p99']:.2f} times"
        rows.append((f"{channel} while texts hang, and without: p50 / p99", found, "p99 1.2 times"))
    return rows


def _replicas(figures: Report) -> list[tuple[str, str, str]]:
    one, two, busy = figures["one"], figures["two"], figures["coresBusy"]
    found = f"{two['perSecond']} and {one['perSecond']} a second: {figures['times']} times"
    shares = f"cores {busy['two']:.0%} and {busy['one']:.0%} busy"
    rows = [("two of each service, and one; 32 clients", found, ""), ("  as much as the cores give", shares, "")]
    for number, rates in figures["computed"].items():
        reached = f"{rates['perSecond']} a second; {rates[f'{NO_DATABASE}.perSecond']} if the database took nothing"
        rows.append((f"  computed with a core for each process: {number} of each service", reached, ""))
    return rows


def picture_of(report: Report) -> str:
    """The same as bars."""
    figures = report["figures"]
    answer, cycle = figures["answer"], figures["cycle"]
    parts = {f"{name} p50": answer[name]["p50"] for name in ("answer", "floor", "http", "hops", "writes")}
    return stacked(
        bars("An answer and its floor", parts, "ms"),
        bars("Registered and proven: cycles a second", {name: one["perSecond"] for name, one in cycle.items()}, "/s"),
        bars("Registered and proven: p50", {name: one["milliseconds"]["p50"] for name, one in cycle.items()}, "ms"),
        bars("CPU a cycle, 32 clients", cycle["closed32"]["cpuMilliseconds"], "ms"),
        bars("Idle CPU", figures["idleMillisecondsASecond"], "ms/s"),
        bars("Resident memory", figures["residentMegabytes"], "MB"),
    )


def _pair(figures: Mapping[str, float]) -> str:
    return f"{figures['p50']:.1f} / {figures['p99']:.1f}"


def _each(values: Mapping[str, float], unit: str) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in values.items()) + f" {unit}"
