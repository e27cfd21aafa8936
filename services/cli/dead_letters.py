"""`security-info dead-letters …`: records that no handler could deal with."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.failures import printable

if TYPE_CHECKING:
    from services.kit.kafka.dead_letters import DeadLetter

app = typer.Typer(no_args_is_help=True, help="Records that no handler could deal with.")

LetterId = Annotated[str, typer.Argument(metavar="ID", help="As `dead-letters list` shows it, such as 0-17.")]


@app.command("list")
def list_() -> None:
    """List the dead letters that are kept, oldest first: id, service, origin, event and reason."""
    asyncio.run(_list())


@app.command()
def show(letter_id: LetterId) -> None:
    """Show one dead letter: where it came from, why it was put aside, and its headers. Bodies are not shown."""
    from services.cli.settings import operator_settings
    from services.kit.kafka.replay import show_dead_letter

    letter = asyncio.run(show_dead_letter(operator_settings(), letter_id))
    for name, value in {**details(letter), **headers(letter)}.items():
        typer.echo(f"{name:<20} {value}")


@app.command()
def replay(letter_id: LetterId) -> None:
    """Publish the record again where it came from, once the reason is mended.

    It is read where it came from, as long as that is kept: what a dead letter itself carries is never published.
    Safe to repeat: consumers know an event that they handled by its id.
    """
    from services.cli.settings import operator_settings
    from services.kit.kafka.replay import replay_dead_letter

    letter = asyncio.run(replay_dead_letter(operator_settings(), letter_id))
    what = printable(letter.event_type or "a record of unknown type")
    typer.echo(f"published again on {letter.origin_topic}: {what}")


async def _list() -> None:
    from services.cli.settings import operator_settings
    from services.kit.kafka.replay import list_dead_letters

    async for letter in list_dead_letters(operator_settings()):
        typer.echo(row(letter))


def row(letter: "DeadLetter") -> str:
    event = printable(letter.event_type or "?")
    origin = f"{letter.origin_topic}/{letter.origin_partition}@{letter.origin_offset}"
    return f"{letter.id:<8} {printable(letter.service):<11} {printable(origin)}  {event}  {printable(letter.reason)}"


def details(letter: "DeadLetter") -> Mapping[str, str]:
    """Where it came from and why it was put aside."""
    return {
        "id": letter.id,
        "service": printable(letter.service),
        "reason": printable(letter.reason),
        "origin topic": printable(letter.origin_topic),
        "origin partition": str(letter.origin_partition),
        "origin offset": str(letter.origin_offset),
        "body": "kept" if letter.has_body else "not kept here",
        **({"cut": "the rest of the headers did not fit"} if letter.is_cut else {}),
    }


def headers(letter: "DeadLetter") -> Mapping[str, str]:
    return {printable(name): _header(value) for name, value in letter.original_headers}


def _header(value: bytes | None) -> str:
    if value is None:
        return "(null)"
    try:
        return printable(value.decode())
    except UnicodeDecodeError:
        return f"({len(value)} bytes that are no text)"
