"""`security-info policy …`: what an organisation asks of people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from services.cli.failures import CommandFailedError

if TYPE_CHECKING:
    import httpx
    from rich.table import Table

    from services.enrollment.config import Config
    from services.enrollment.policies.domain.document import PolicyDocument
    from services.enrollment.policies.domain.linter.finding import Finding
    from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName

app = typer.Typer(no_args_is_help=True, help="What an organisation asks of people.")

POLICY_FIELDS = frozenset({"authenticationMethodConfigurations", "registrationEnforcement"})
COLOURS = {"error": "bold red", "warning": "yellow"}


@dataclass(frozen=True)
class Found:
    """A finding, and the tenant whose policies it is about."""

    tenant: str
    finding: "Finding"


@app.callback()
def policy() -> None:
    """What an organisation asks of people."""


PolicyFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="JSON or YAML."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


Profile = Annotated[
    Literal["nist-aal2", "asvs-l2"] | None,
    typer.Option(help="Check every group as if it followed this profile, and say clause by clause what is met."),
]


@app.command()
def check(file: PolicyFile, *, profile: Profile = None, as_json: AsJson = False) -> None:
    """Say what the policies in FILE cannot reach, whom they strand, and which clause of a standard they break.

    FILE is a configuration file, as the services read it, or a policy in the shape of the API. Errors are what a group
    cannot satisfy and what breaks the profile that it follows (NIST SP 800-63B-4 or OWASP ASVS 5.0); the services do
    not take them. All else is a warning.

    Exit codes: 0 no errors, 1 errors, 2 wrong usage.
    """
    from services.enrollment.config import Config
    from services.kit.config.file import load_config

    document = document_in(file)
    if document is None:
        config = load_config(Config, file, named_by="policy check")
        found = findings_in(config, profile)
        count = sum(len(tenant.groups) for tenant in config.tenants.values())
    else:
        found = findings_of(document, profile)
        count = len(document.registration_enforcement.groups if document.registration_enforcement else ())
    if profile and not as_json:
        _show_clauses(found, profile)
    _show(found, count, as_json=as_json)


@app.command()
def apply(
    file: PolicyFile,
    *,
    token: Annotated[str, typer.Option(help="A bearer token of a platform's client, with the scope policies.write.")],
    url: Annotated[str | None, typer.Option(help="Where the service is; SECURITY_INFO_PUBLIC_URL by default.")] = None,
    if_version: Annotated[int | None, typer.Option(min=1, help="Only if the policy is still of this version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the policy in FILE, or the parts that it has, the one that holds; prints its version and the warnings.

    Example: security-info policy apply FILE --token "$(security-info demo-token --scope policies.write)"

    Exit codes: 0 done, 1 refused, 2 wrong usage.
    """
    from services.cli.settings import operator_settings

    document = document_in(file)
    if document is None:
        raise CommandFailedError(f"{file} is no policy in the shape of the API; see docs/settings.md")
    answer = _patch(document, token, url or operator_settings().public_origin, if_version)
    body = answer.json()
    if answer.is_success:
        typer.echo(f"version {body['policyVersion']} holds", err=as_json)
        _show(
            [_found(warning) for warning in body["warnings"]],
            len(body["registrationEnforcement"]["groups"]),
            as_json=as_json,
        )
    elif body.get("code") == "policyUnsatisfiable":
        _show([_found(finding) for finding in body["findings"]], None, as_json=as_json)
    else:
        raise CommandFailedError(f"{body.get('code')}: {body.get('detail') or body.get('title')}")


def document_in(file: Path) -> "PolicyDocument | None":
    """The policy in FILE; None where it is something else, such as a configuration file.

    Raises:
        CommandFailedError: it is a policy with a mistake.
    """
    import yaml
    from pydantic import ValidationError

    from services.enrollment.policies.domain.document import READ_ONLY, PolicyDocument

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.keys().isdisjoint(POLICY_FIELDS):
            return None
        return PolicyDocument.model_validate({name: value for name, value in content.items() if name not in READ_ONLY})
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CommandFailedError(f"{file}: {place}: {first['msg']}") from None


def findings_in(config: "Config", profile: "ProfileName | None" = None) -> list[Found]:
    """What the linter says about each tenant of a configuration file, as if every group followed the profile."""
    from services.enrollment.policies.domain.linter.lint import lint

    return [
        Found(name, finding)
        for name, tenant in config.tenants.items()
        for finding in lint(
            tenant.model_copy(update={"groups": _under(tenant.groups, profile)}), config.providers.channels
        )
    ]


def findings_of(document: "PolicyDocument", profile: "ProfileName | None" = None) -> list[Found]:
    """What the linter says about a policy in the shape of the API; which providers there are is not known here."""
    from services.enrollment.policies.domain.document import lint_document, policies_in
    from services.enrollment.policies.domain.linter.lint import lint_groups

    groups, _ = policies_in(document)
    return [Found("policy", finding) for finding in (*lint_document(document), *lint_groups(_under(groups, profile)))]


def _under(groups: "Mapping[str, GroupPolicy]", profile: "ProfileName | None") -> "Mapping[str, GroupPolicy]":
    if profile is None:
        return groups
    return {name: policy.model_copy(update={"profile": profile}) for name, policy in groups.items()}


def as_document(found: Sequence[Found]) -> str:
    """`{"errors", "warnings", "findings"}` as JSON; `group` and `clause` are absent where there is none."""
    findings = [{"tenant": item.tenant, **item.finding.model_dump(exclude_none=True)} for item in found]
    document = {"errors": _count(found, "error"), "warnings": _count(found, "warning"), "findings": findings}
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_table(found: Sequence[Found]) -> "Table":
    """A row a finding."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("severity", "group", "finding"):
        table.add_column(name, no_wrap=name == "severity")
    for item in found:
        finding = item.finding
        place = f"{item.tenant}/{finding.group}" if finding.group else item.tenant
        said = Text(finding.text)
        said.append(f"\n{finding.code}", style="dim")
        if finding.clause:
            said.append(f", {finding.clause}", style="cyan")
        table.add_row(Text(finding.severity, style=COLOURS[finding.severity]), Text(place), said)
    return table


def _show_clauses(found: Sequence[Found], profile: "ProfileName") -> None:
    """Each clause of the profile's standard: met, broken by which groups, or not met, and why."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from services.enrollment.policies.standards.clauses import IN_WORDS, standard_of

    standard = standard_of(profile)
    table = Table("clause", "asks", "", "how", title=standard.name, box=None, pad_edge=False, header_style="dim")
    for clause in standard.clauses:
        broken = clause.broken_by([item.finding for item in found])
        groups = sorted({finding.group or "tenant" for finding in broken})
        state = Text(f"broken by {', '.join(groups)}", style="bold red") if groups else Text(IN_WORDS[clause.state])
        table.add_row(clause.clause, clause.about, state, clause.how)
    Console(highlight=False).print(table)


def _show(found: Sequence[Found], groups: int | None, *, as_json: bool) -> None:
    from rich.console import Console

    if as_json:
        typer.echo(as_document(found))
    else:
        console = Console(highlight=False)
        if found:
            console.print(as_table(found))
        totals = f"{_counted(_count(found, 'error'), 'error')}, {_counted(_count(found, 'warning'), 'warning')}"
        console.print(totals if groups is None else f"{_counted(groups, 'group')}: {totals}")
    if _count(found, "error"):
        raise typer.Exit(1)


def _patch(document: "PolicyDocument", token: str, url: str, version: int | None) -> "httpx.Response":
    import httpx

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    address = f"{url.rstrip('/')}/v1.0/policies/authenticationMethodsPolicy"
    body = document.model_dump_json(by_alias=True, exclude_unset=True)
    try:
        return httpx.patch(address, content=body, headers=headers, timeout=30)
    except httpx.HTTPError:
        raise CommandFailedError(f"{url} does not answer; start enrollment, or give --url") from None


def _found(finding: dict[str, str]) -> Found:
    from services.enrollment.policies.domain.linter.finding import Finding

    return Found("policy", Finding.model_validate(finding))


def _count(found: Sequence[Found], severity: str) -> int:
    return sum(item.finding.severity == severity for item in found)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
