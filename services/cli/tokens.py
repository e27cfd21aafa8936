"""`security-info tokens …`: the hardware tokens of an organisation."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.failures import CommandFailedError

if TYPE_CHECKING:
    import httpx
    from pydantic import SecretBytes

    from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken, TokenFinding

app = typer.Typer(no_args_is_help=True, help="The hardware tokens of an organisation.")

AT_ONCE = 100
LISTED = 100
DEVICES = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"


@app.callback()
def tokens() -> None:
    """The hardware tokens of an organisation."""


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="PSKC (RFC 6030) or CSV."),
    ],
    *,
    token: Annotated[str, typer.Option(help="A bearer token of a platform's client, with the scope methods.write.")],
    key_file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, readable=True, help="The pre-shared key of an encrypted PSKC file, in hex."
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where the service is; SECURITY_INFO_PUBLIC_URL by default.")] = None,
) -> None:
    """Take all hardware tokens in FILE into the stock, or say what is wrong with it and take none.

    A CSV file names its columns in the first line: serialNumber, secretKey (base32 or hexadecimal), timeInterval,
    manufacturer, model, counter, algorithm, digits; those of Microsoft Entra fit. Only the first two must be there.
    What broke off is completed by the same command once more.

    Example: security-info tokens import FILE --token "$(security-info demo-token --scope methods.write)"

    Exit codes: 0 done, 1 refused, 2 wrong usage.
    """
    from services.cli.settings import operator_settings
    from services.enrollment.methods.hardware_oath.domain.imported import TokenFileError
    from services.enrollment.methods.hardware_oath.files.reading import read_tokens

    try:
        found = read_tokens(file.read_bytes(), _pre_shared_key(key_file))
    except TokenFileError as wrong:
        _refuse(file, wrong.findings)
    address = f"{(url or operator_settings().public_origin).rstrip('/')}{DEVICES}"
    _send(found, address, token)
    typer.echo(f"{len(found)} token{'' if len(found) == 1 else 's'} in the stock")


def request_of(token: "ImportedToken") -> dict[str, Any]:
    """A token in Graph's shape."""
    from services.enrollment.methods.hardware_oath.api.models import HASHES

    described: dict[str, Any] = {
        "serialNumber": token.serial_number,
        "secretKey": token.secret.get_secret_value().hex(),
        "manufacturer": token.manufacturer,
        "model": token.model,
        "hashFunction": HASHES[token.algorithm],
        "digits": token.digits,
    }
    moves = {"counter": token.counter} if token.period is None else {"timeIntervalInSeconds": token.period}
    return described | moves


def _pre_shared_key(file: Path | None) -> "SecretBytes | None":
    from pydantic import SecretBytes

    if file is None:
        return None
    try:
        return SecretBytes(bytes.fromhex(file.read_text("ascii").strip()))
    except ValueError:
        raise CommandFailedError(f"{file} is no key in hexadecimal digits") from None


def _refuse(file: Path, findings: "Sequence[TokenFinding]") -> None:
    for finding in findings:
        typer.echo(f"{file}: {finding}", err=True)
    raise CommandFailedError(f"{file}: {len(findings)} found wrong; nothing was imported")


def _send(found: "Sequence[ImportedToken]", address: str, token: str) -> None:
    """First learn what is there, so that nothing is taken where something cannot be; then import with a bar."""
    import httpx
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns, console = (TextColumn("importing"), BarColumn(), MofNCompleteColumn()), Console(stderr=True)
    with (
        httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        _require_free(found, _in_stock(client, address))
        task = progress.add_task("importing", total=len(found))
        for start in range(0, len(found), AT_ONCE):
            part = found[start : start + AT_ONCE]
            _call(client, "POST", address, {"value": [request_of(token) for token in part]})
            progress.advance(task, len(part))


def _in_stock(client: "httpx.Client", address: str) -> Iterator[dict[str, Any]]:
    """All tokens of the stock, page by page."""
    following: str | None = f"{address}?$top={LISTED}"
    while following:
        page = _call(client, "GET", following)
        yield from page["value"]
        following = page.get("@odata.nextLink")


def _require_free(found: "Sequence[ImportedToken]", known: Iterator[dict[str, Any]]) -> None:
    """Raises CommandFailedError for tokens that people have: they cannot be imported again."""
    from services.enrollment.methods.hardware_oath.domain.imported import plain_number

    numbers = {plain_number(token.serial_number) for token in found}
    taken = [
        device["serialNumber"]
        for device in known
        if device["status"] == "activated" and plain_number(device["serialNumber"]) in numbers
    ]
    for number in taken:
        typer.echo(f"token {number}: a person has it: leave it out, or delete their method first", err=True)
    if taken:
        raise CommandFailedError(f"{len(taken)} of the tokens are in use; nothing was imported")


def _call(client: "httpx.Client", method: str, address: str, content: object = None) -> dict[str, Any]:
    import httpx

    try:
        answer = client.request(method, address, json=content)
    except httpx.HTTPError:
        raise CommandFailedError(f"{address} does not answer; start enrollment, or give --url") from None
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    for finding in body.get("findings", ()):
        typer.echo(f"token {finding['serialNumber']}: {finding['problem']}: {finding['remedy']}", err=True)
    raise CommandFailedError(f"{body.get('code')}: {body.get('detail') or body.get('title')}")
