"""`security-info events rebuild`: the log beside the database."""

import json

import typer
from rich.console import Console
from rich.progress import Progress

from schemas.topics import LIFECYCLE
from services.cli.settings import operator_settings
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.rebuilding import Rebuilding, Rebuilt
from services.kit.kafka.tail import count_kept, tail
from services.kit.mongo.client import Database
from services.kit.settings import ServiceSettings


async def rebuild_records(*, as_json: bool) -> int:
    """How many accounts differ; each is told in a line."""
    settings, log = operator_settings(), Console(stderr=True)
    with Progress(console=log, transient=True) as progress:
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
    """How many accounts there are, and a line for each that differs; a record without an account differs as well."""
    checked, differing, alone = 0, list[str](), set(rebuilding.people)
    database = Database(settings, "enrollment")
    try:
        accounts = database.collection("accounts")
        comparing = progress.add_task("comparing accounts", total=await accounts.count_documents({}))
        async for document in accounts.find({}, {"state": 1}):
            account = Account.model_validate(document["state"])
            alone.discard(account.id)
            differing += [f"{account.id}: {why}" for why in rebuilding.differences(account)]
            checked += 1
            progress.advance(comparing)
    finally:
        database.close()
    return checked, [*differing, *(f"{key}: there is no account" for key in sorted(alone))]


def _line(key: str, rebuilt: Rebuilt) -> str:
    tenant, _, user = key.partition("/")
    about = {"tenant": tenant, "user": user, "sequence": rebuilt.sequence}
    return json.dumps(about | rebuilt.record.model_dump(mode="json", by_alias=True))
