"""`security-info serve …`: one service as a process of its own."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

if TYPE_CHECKING:
    from schemas.base import Channel

app = typer.Typer(no_args_is_help=True, help="Run one service in the foreground until it is told to stop.")

Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1 instead of the one from the settings.")
]


@app.command()
def enrollment(port: Port = None) -> None:
    """Pages, API and device API. Owns accounts, sessions and its view of challenges. Port 8000."""
    from services.enrollment.app import main

    main(port)


@app.command()
def verifier(port: Port = None) -> None:
    """Judges proofs; owns their counters and the authenticators' secrets. Port 8040."""
    from services.verifier.app import main

    main(port)


@app.command()
def notifier(
    channel: Annotated[
        list[str], typer.Option(help="sms, voice, email, push or whatsapp; repeat it to serve several in one process.")
    ],
    port: Port = None,
) -> None:
    """Delivers messages over the given channels; takes the providers' callbacks. Port 8030."""
    channels = _channels(channel)
    from services.notifier.app import main

    main(channels, port)


def _channels(names: list[str]) -> "list[Channel]":
    from schemas.base import Channel as AnyChannel
    from schemas.topics import REQUESTS

    served: list[Channel] = [channel for channel in get_args(AnyChannel) if "notifier" in REQUESTS[channel].consumers]
    if unknown := [name for name in names if name not in served]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(served)}", param_hint="--channel")
    return [channel for channel in served if channel in names]
