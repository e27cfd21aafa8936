"""The program: its commands, and what happens when one fails."""

import logging
from collections.abc import Sequence

import typer

from services.cli import authenticator, dead_letters, demo_token, events, keys, policy, serve, tokens, topics
from services.cli.failures import leave

app = typer.Typer(
    name="security-info",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Set up your security info: run the services, watch events, check policies, look after keys and topics.\n\n"
    "Exit codes: 0 done, 1 failed with one line on stderr, 2 wrong usage.",
)
app.add_typer(serve.app, name="serve")
app.add_typer(events.app, name="events")
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(keys.app, name="keys")
app.add_typer(policy.app, name="policy")
app.add_typer(tokens.app, name="tokens")
app.add_typer(authenticator.app, name="authenticator")
app.command("demo-token")(demo_token.demo_token)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, by default on the arguments of the process; leaves with exit code 0, 1 or 2."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # unless logs are set up, our one line says it all
    try:
        app(arguments)
    except Exception as error:  # noqa: BLE001  # the last place that can turn it into one line
        leave(error)
