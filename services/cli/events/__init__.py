"""`security-info events …`: what happens on the topics."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from schemas.envelope import Envelope
    from schemas.topics import Topic
    from services.cli.selection import Selection

    Records = AsyncIterator[tuple[Topic, Envelope]]
    Show = Callable[[Topic, Envelope], None]

app = typer.Typer(no_args_is_help=True, help="Watch what the services tell each other.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of readable lines.")]
TenantName = Annotated[str | None, typer.Option(help="Only this tenant.")]


@app.command()
def tail(
    *,
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic after the prefix, such as verdicts or requests.sms.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only this user id.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only this event, such as MethodVerified.")] = None,
    tenant: TenantName = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning/--live", help="All that is kept, or only what comes from now on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show events as they come, until Ctrl-C. --topic and --type can be repeated.

    Sealed values are never shown, ids are shortened; --json has the ids in full. Takes part in no consumer group, so
    that nobody misses an event for it.
    """
    from services.cli.selection import Selection, topics_named, types_named

    selection = Selection(tenant=tenant, user=user, types=types_named(type_ or ()))
    chosen = topics_named(topic or ())
    records = _records(chosen, from_beginning=from_beginning, follow=True)
    _until_interrupted(follow(records, selection, _printer(as_json)))


@app.command()
def user(
    user_id: Annotated[str, typer.Argument(metavar="ID", help='The opaque user id, such as "sam".')],
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Show all events that are kept about one person, of all topics, in the order of their time."""
    from services.cli.selection import Selection, topics_named

    records = _records(topics_named(()), from_beginning=True, follow=False)
    _until_interrupted(tell(records, Selection(tenant=tenant, user=user_id), _printer(as_json)))


@app.command()
def pumping(
    *,
    tenant: TenantName = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what spoke for pumping within the days that deliveries are kept (7), the most frequent first.

    By tenant, day, country, what was done and what spoke for it. Who reads this for some days under `observe` knows
    what `slow` and `deny` would do.
    """
    from schemas.topics import DELIVERIES
    from services.cli.events.pumping import report
    from services.cli.selection import Selection

    records = _records([DELIVERIES], from_beginning=True, follow=False)
    _until_interrupted(report(records, Selection(tenant=tenant), as_json=as_json))


@app.command()
def redact(
    *,
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Do it, or only say what there is to do.")] = False,
) -> None:
    """Rid the lifecycle topic of the masks and names that earlier versions wrote there.

    Kafka changes nothing in place: partitions that hold any are written anew behind their end, in order, and what was
    there is deleted. Stop enrollment, the verifier and whatever of the platform reads the topic first; safe to run
    again if it breaks off, before anything is started. docs/runbooks/erasure.md says the rest.
    """
    asyncio.run(_redact(apply=apply))


@app.command()
def rebuild(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Also the record of each person, one JSON object a line.")
    ] = False,
) -> None:
    """Rebuild the record of every authenticator from the lifecycle topic alone, and compare it with the accounts.

    Changes nothing. Reads the topic from its beginning, and the accounts at SECURITY_INFO_MONGODB_URL; beside running
    services, an event that is under way shows as a difference for a moment.

    Exit codes: 0 no difference, 1 some, each in a line, 2 wrong usage.
    """
    from services.cli.events.rebuilding import rebuild_records

    differences = asyncio.run(rebuild_records(as_json=as_json))
    if differences:
        raise typer.Exit(1)


async def _redact(*, apply: bool) -> None:
    from services.cli.settings import operator_settings
    from services.kit.kafka.redaction.rewriting import redact_lifecycle, survey_lifecycle

    settings = operator_settings()
    if not apply:
        found = await survey_lifecycle(settings)
        typer.echo(
            f"{sum(found.named.values())} of {sum(found.records.values())} records hold a mask or a name, in "
            f"{len(found.partitions)} partitions; --apply writes these anew"
        )
        return
    redacted = await redact_lifecycle(settings, typer.echo)
    typer.echo(f"{redacted} masks and names are gone; brokers delete their segments within minutes")


def _until_interrupted(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`; Ctrl-C is how a person ends it, and no failure."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        return


def _printer(as_json: bool) -> "Show":
    from rich.console import Console

    from services.cli.lines import as_json as json_line
    from services.cli.lines import as_line

    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        return lambda topic, envelope: console.out(json_line(topic.name, envelope))
    return lambda topic, envelope: console.print(as_line(topic.name, envelope))


def _records(topics: "list[Topic]", *, from_beginning: bool, follow: bool) -> "Records":
    from services.cli.settings import operator_settings
    from services.kit.kafka.tail import tail as read

    return read(operator_settings(), topics, from_beginning=from_beginning, follow=follow)


async def follow(records: "Records", selection: "Selection", show: "Show") -> None:
    async for topic, envelope in records:
        if selection.takes(envelope):
            show(topic, envelope)


async def tell(records: "Records", selection: "Selection", show: "Show") -> None:
    """Read to the end, then show what is wanted: topics are read side by side, and only the time orders them."""
    wanted = [(topic, envelope) async for topic, envelope in records if selection.takes(envelope)]
    for topic, envelope in sorted(wanted, key=lambda entry: entry[1].time):
        show(topic, envelope)
