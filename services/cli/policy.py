"""`security-info policy …`: what an organisation asks of people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from services.enrollment.domain.linter import Finding
    from services.kit.config import Config

app = typer.Typer(no_args_is_help=True, help="What an organisation asks of people.")

COLOURS = {"error": "bold red", "warning": "yellow"}


@dataclass(frozen=True)
class Found:
    """A finding, and the tenant whose policies it is about."""

    tenant: str
    finding: "Finding"


@app.callback()
def policy() -> None:
    """What an organisation asks of people."""


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="A configuration file, as the services read.",
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Say what the policies in FILE cannot reach, whom they strand, and which clause of a standard they break.

    Errors are what a group cannot satisfy and what breaks the profile that it follows (NIST SP 800-63B-4 or OWASP ASVS
    5.0); the services do not start with them. All else is a warning.

    Exit codes: 0 no errors, 1 errors, 2 wrong usage.
    """
    from services.kit.config import load_config

    config = load_config(file, named_by="policy check")
    found = findings_in(config)
    if as_json:
        typer.echo(as_document(found))
    else:
        _show(found, config)
    if any(one.finding.severity == "error" for one in found):
        raise typer.Exit(1)


def findings_in(config: "Config") -> list[Found]:
    """What the linter says about each tenant."""
    from services.enrollment.domain.linter import lint

    return [
        Found(name, finding)
        for name, tenant in config.tenants.items()
        for finding in lint(tenant, config.providers.channels)
    ]


def as_document(found: Sequence[Found]) -> str:
    """`{"errors", "warnings", "findings"}` as JSON; `group` and `clause` are absent where there is none."""
    findings = [{"tenant": one.tenant, **one.finding.model_dump(exclude_none=True)} for one in found]
    document = {"errors": _count(found, "error"), "warnings": _count(found, "warning"), "findings": findings}
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_table(found: Sequence[Found]) -> "Table":
    """A row a finding."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("severity", "group", "finding"):
        table.add_column(name, no_wrap=name == "severity")
    for one in found:
        finding = one.finding
        place = f"{one.tenant}/{finding.group}" if finding.group else one.tenant
        said = Text(finding.text)
        said.append(f"\n{finding.code}", style="dim")
        if finding.clause:
            said.append(f", {finding.clause}", style="cyan")
        table.add_row(Text(finding.severity, style=COLOURS[finding.severity]), Text(place), said)
    return table


def _show(found: Sequence[Found], config: "Config") -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if found:
        console.print(as_table(found))
    groups = sum(len(tenant.groups) for tenant in config.tenants.values())
    totals = f"{_counted(_count(found, 'error'), 'error')}, {_counted(_count(found, 'warning'), 'warning')}"
    console.print(f"{_counted(groups, 'group')}: {totals}")


def _count(found: Sequence[Found], severity: str) -> int:
    return sum(one.finding.severity == severity for one in found)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
