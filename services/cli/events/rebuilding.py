"""`security-info events rebuild`: the log beside the database."""

import json

import typer
from rich.progress import Progress

from schemas.topics import LIFECYCLE
from services.cli.failures import CommandFailedError
from services.cli.progress import shown
from services.cli.settings import operator_settings
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.rebuilding import Rebuilding, Rebuilt
from services.kit.kafka.tail import count_kept, tail
from services.kit.mongo.client import Database, DatabaseError, Document
from services.kit.mongo.reading import Reader, UnreadableDocumentError
from services.kit.settings import ServiceSettings


async def rebuild_records(*, as_json: bool) -> int:
    """How many accounts differ; each is told in a line."""
    settings = operator_settings()
    with shown() as progress:
        rebuilding = await _rebuilt(settings, progress)
        checked, differing = await _compared(rebuilding, settings, progress)
    if as_json:
        for key in sorted(rebuilding.people):
            typer.echo(_line(key, rebuilding.people[key]))
    for line in differing:
        typer.echo(line, err=as_json)
    records = len(rebuilding.people)
    typer.echo(f"{checked} accounts compared with {records} records: {len(differing)} differ", err=as_json)
    return len(differing)


async def _rebuilt(settings: ServiceSettings, progress: Progress) -> Rebuilding:
    rebuilding = Rebuilding()
    reading = progress.add_task("reading the lifecycle topic", total=await count_kept(settings, [LIFECYCLE]))
    async for _, envelope in tail(settings, [LIFECYCLE], from_beginning=True, follow=False):
        rebuilding.take(envelope)
        progress.advance(reading)
    return rebuilding


async def _compared(rebuilding: Rebuilding, settings: ServiceSettings, progress: Progress) -> tuple[int, list[str]]:
    """How many accounts there are, and a line for each that differs. A record without an account differs as well, and
    an account of a newer version, which cannot be read."""
    checked, differing, alone = 0, list[str](), set(rebuilding.people)
    database, reader = Database(settings, "enrollment"), Reader("accounts", Account)
    try:
        accounts = database.collection("accounts")
        comparing = progress.add_task("comparing accounts", total=await accounts.count_documents({}))
        async for document in accounts.find({}, {"state": 1}):
            alone.discard(document["_id"])
            differing += [f"{document['_id']}: {why}" for why in _differences(rebuilding, reader, document)]
            checked += 1
            progress.advance(comparing)
    except DatabaseError:
        raise CommandFailedError("the database of SECURITY_INFO_MONGODB_URL refuses or does not answer") from None
    finally:
        await database.close()
    return checked, [*differing, *(f"{key}: there is no account" for key in sorted(alone))]


def _differences(rebuilding: Rebuilding, reader: Reader[Account], document: Document) -> list[str]:
    try:
        return list(rebuilding.differences(reader.state(document)))
    except UnreadableDocumentError:
        return ["the account cannot be read by this version"]


def _line(key: str, rebuilt: Rebuilt) -> str:
    tenant, _, user = key.partition("/")
    about = {"tenant": tenant, "user": user, "sequence": rebuilt.sequence}
    return json.dumps(about | rebuilt.record.model_dump(mode="json", by_alias=True))
