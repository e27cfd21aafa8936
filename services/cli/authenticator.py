"""`security-info authenticator …`: an authenticator app for scripts."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.kit.crypto.device import Decision

app = typer.Typer(no_args_is_help=True, help="An authenticator app without a face, for scripts.")

Home = Annotated[
    Path, typer.Option(metavar="FILE", help="Where the app keeps its key and secret, readable by you alone.")
]
HOME = Path(".local/authenticator.json")


@app.callback()
def authenticator() -> None:
    """An authenticator app without a face: it connects, answers requests and shows codes, as a phone would."""


@app.command()
def activate(
    url: Annotated[str, typer.Option(help="The address below the QR code.")],
    code: Annotated[str, typer.Option(help="The 9 digits below the QR code; spaces do not matter.")],
    secret: Annotated[
        str | None, typer.Option(help="The secret in the QR code; without it the app has no codes.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the account calls this device.")] = "Command line",
    home: Home = HOME,
) -> None:
    """Connect to the account whose page shows the QR code. Replaces what FILE held before."""
    from services.cli.authenticator_app import App, save
    from services.kit.clock import SystemClock

    app_state, account = asyncio.run(App.activate(url, "".join(code.split()), secret, name, SystemClock()))
    save(app_state, home)
    typer.echo(f"connected to {account}")


@app.command()
def watch(
    *,
    approve: Annotated[bool, typer.Option("--approve", help="Approve, with the number that the page shows.")] = False,
    number: Annotated[str | None, typer.Option(metavar="N", help="The number that the page shows.")] = None,
    deny: Annotated[bool, typer.Option("--deny", help="Deny.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Deny, and say that you did not ask for it.")] = False,
    timeout: Annotated[float, typer.Option(min=1, max=3600, help="Seconds to wait for a request.")] = 60,
    home: Home = HOME,
) -> None:
    """Wait for the next request, answer it and print what came of it.

    Prints approved, denied or reported, or judging where the service is still at it. Whatever else comes of it, such as
    numberMismatch, is an error.
    """
    from services.cli.authenticator_app import App, load, save
    from services.kit.clock import SystemClock

    decision = _decision(approve=approve, number=number, deny=deny, report=report)
    used = App(load(home), SystemClock())
    try:
        verdict = asyncio.run(used.answer_next(decision, number, within=timeout))
    finally:
        save(used.state, home)
    typer.echo(verdict)


@app.command()
def code(home: Home = HOME) -> None:
    """Print the current one-time code."""
    from services.cli.authenticator_app import App, load
    from services.kit.clock import SystemClock

    typer.echo(App(load(home), SystemClock()).code())


@app.command()
def notices(
    *,
    not_me: Annotated[
        str | None, typer.Option("--not-me", metavar="ID", help="Say that this change was not yours.")
    ] = None,
    home: Home = HOME,
) -> None:
    """Print what changed in the account's security info and is told by this app, the newest first; or say "This wasn't
    me" of one, which suspends what came or changed and ends open sessions. A line has the id, and the text."""
    from services.cli.authenticator_app import App, load, save
    from services.kit.clock import SystemClock

    used = App(load(home), SystemClock())
    try:
        if not_me:
            asyncio.run(used.not_me(not_me))
            typer.echo("reported")
            return
        for notice in asyncio.run(used.notices()):
            text = "".join(letter if letter.isprintable() else " " for letter in notice.text)
            typer.echo(f"{notice.notice_id}  {text}{'' if notice.can_report else ' (cannot be reported any more)'}")
    finally:
        save(used.state, home)


def _decision(*, approve: bool, number: str | None, deny: bool, report: bool) -> "Decision":
    if [approve, deny, report].count(True) != 1:
        raise typer.BadParameter("choose one of them", param_hint="--approve, --deny or --report")
    if approve != (number is not None):
        raise typer.BadParameter("belongs to --approve, and --approve to it", param_hint="--number")
    if approve:
        return "approve"
    return "deny" if deny else "report"
