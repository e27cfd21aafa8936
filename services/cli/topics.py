"""`security-info topics …`: the topics on Kafka."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The topics on Kafka.")


@app.callback()
def topics() -> None:
    """The topics on Kafka, as `schemas/topics.py` describes them."""


@app.command()
def ensure(
    replication: Annotated[int, typer.Option(min=1, max=9, help="Copies of each new topic; 3 in production.")] = 1,
) -> None:
    """Create the topics that are absent, and correct how long the others are kept. Safe to repeat.

    Services do not create topics: a topic that appears by itself has one partition and the wrong retention. Partitions
    are never added: if their number differs, nothing is changed.
    """
    import stamina

    from schemas.topics import TOPICS, full_name
    from services.cli.settings import operator_settings
    from services.kit.kafka.connection import client_options
    from services.kit.kafka.topics import ensure_topics

    stamina.instrumentation.set_on_retry_hooks(())  # a topic that is shown a moment later is nothing to read about
    settings = operator_settings()
    options = client_options(settings, "security-info-cli")
    asyncio.run(ensure_topics(settings.kafka_url, settings.topic_prefix, replication, options=options))
    for topic in TOPICS:
        typer.echo(full_name(settings.topic_prefix, topic))


@app.command()
def grant(
    *,
    keep: Annotated[
        bool, typer.Option("--keep/--exactly", help="Take nothing away: an earlier version that needs it still runs.")
    ] = False,
) -> None:
    """Give each account its rights at Kafka, and take away what it has beyond them. Safe to repeat.

    The accounts are those of deploy/kafka-acls.yaml: one a service, and one for each thing that an operator does. Their
    names begin with the topics' prefix. This command itself needs an account that may give rights; services never do.
    """
    from schemas.rights import COMMANDS, account_name, rights_of
    from services.cli.settings import operator_settings
    from services.kit.kafka.rights.granting import grant as give

    settings = operator_settings()
    granted = asyncio.run(give(settings, keep=keep))
    for account in COMMANDS:
        name, has = account_name(settings.topic_prefix, account), len(rights_of(account, settings.topic_prefix))
        typer.echo(f"{name}: {has} rights, {granted.given.get(name, 0)} given, {granted.taken.get(name, 0)} taken away")
