"""`security-info keys reseal` and `keys retire`: what is stored gets the key in use, and an old key goes."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from services.cli.failures import CommandFailedError
from services.cli.keys.files import Directory, PurposeName, clock, explained, purpose_named, read_all, replace_all
from services.cli.progress import shown

if TYPE_CHECKING:
    from rich.progress import Progress

    from services.cli.keys.stored import StoredValues
    from services.kit.crypto.keyring import Purpose, ServiceName

T = TypeVar("T")


def reseal(
    directory: Directory,
    *,
    purpose: Annotated[
        list[str] | None, typer.Option(help="Only this purpose: destination, secret or index. Can be repeated.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(help="Only this service's database, with its own user. Can be repeated.")
    ] = None,
) -> None:
    """Seal and hash anew what is stored under old keys, while the services run, and say which keys are still needed.

    Reads SECURITY_INFO_MONGODB_URL. It may be interrupted and repeated: what is done stays done. What lives for hours
    only (codes, challenges, messages under way) is left to end.

    Example: security-info keys reseal /etc/security-info/keys

    Exit codes: 0 no old key is needed by what is stored, 1 some are, or it failed, 2 wrong usage.
    """
    from services.kit.crypto.rotation import OVERLAPS

    stored_under = [name for name, overlap in OVERLAPS.items() if overlap.is_stored]
    purposes = [purpose_named(name) for name in purpose or stored_under]
    with explained(directory), shown() as progress:
        values = _stored(directory, purposes, service, progress)
        renewed, broken = _run(values.renew())
        needed = _run(values.needed())
    for place, count in sorted(renewed.items()):
        typer.echo(f"{place}: {count} sealed anew")
    for place, count in sorted(broken.items()):
        typer.echo(f"{place}: {count} do not open, left as they are")
    _conclude(values, purposes, needed)


def retire(
    directory: Directory,
    *,
    purpose: PurposeName,
    although_needed: Annotated[
        bool, typer.Option("--although-needed", help="What was made with it is lost. For a key that leaked.")
    ] = False,
) -> None:
    """Take the oldest key of a purpose out of all files of DIR, once nothing needs it any more.

    It refuses while the key is in use, while something made with it may be under way, and while any of the databases
    at SECURITY_INFO_MONGODB_URL holds something under it. Hand the files out afterwards, in any order.

    Exit codes: 0 done, 1 refused, 2 wrong usage.
    """
    from services.kit.crypto.key_files import held, retired
    from services.kit.crypto.rotation import OVERLAPS, require_superseded, retirable

    chosen, now = purpose_named(purpose), clock().now()
    with explained(directory):
        files = read_all(directory)
        keys = held(files, chosen)
        if although_needed:
            key = require_superseded(chosen, keys, now)
        else:
            key = retirable(chosen, keys, now)
            if OVERLAPS[chosen].is_counted:
                _require_unneeded(directory, chosen, key.id)
        replace_all(directory, retired(files, chosen, key))
    typer.echo(f"{chosen}: key {key.id} is gone from the files; give them to the replicas, in any order")


def _require_unneeded(directory: Path, purpose: "Purpose", key_id: str) -> None:
    with shown() as progress:
        needed = _run(_stored(directory, [purpose], None, progress).needed())
    if places := needed.get(key_id):
        raise CommandFailedError(
            f"the {purpose} key {key_id} is needed by {places.total()} stored values ({_counted(places)}); "
            "`security-info keys reseal DIR` seals them anew, the rest ends within two days"
        )


def _stored(
    directory: Path, purposes: "Sequence[Purpose]", services: Sequence[str] | None, progress: "Progress"
) -> "StoredValues":
    from services.cli.keys.stored import StoredValues
    from services.cli.settings import operator_settings
    from services.kit.crypto.key_source import KeyFile
    from services.kit.crypto.keyring import PURPOSES, Keyring

    def wanted(name: "ServiceName") -> bool:
        return name in services if services else bool(PURPOSES[name] & set(purposes))

    if unknown := set(services or ()) - PURPOSES.keys():
        raise typer.BadParameter(f"{min(unknown)!r} is none; choose from {', '.join(PURPOSES)}", param_hint="--service")
    keyrings = {
        name: Keyring.read(KeyFile(directory / f"{name}.json"), name, clock()) for name in PURPOSES if wanted(name)
    }
    return StoredValues(keyrings, purposes, operator_settings(), progress)


def _run(work: Coroutine[Any, Any, T]) -> T:
    from services.kit.mongo.client import DatabaseError
    from services.kit.mongo.rewriting import BusyDocumentsError

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise CommandFailedError("interrupted: what is done stays done; run it again for the rest") from None
    except BusyDocumentsError:
        raise CommandFailedError("documents changed faster than they could be written; run it again") from None
    except DatabaseError:
        raise CommandFailedError(
            "the database of SECURITY_INFO_MONGODB_URL refuses or does not answer; what is done stays done"
        ) from None


def _conclude(values: "StoredValues", purposes: "Sequence[Purpose]", needed: dict[str, Counter[str]]) -> None:
    for purpose in purposes:
        for key_id in values.old_keys(purpose):
            if places := needed.get(key_id):
                typer.echo(f"{purpose} key {key_id}: still needed by {places.total()} values ({_counted(places)})")
            else:
                typer.echo(f"{purpose} key {key_id}: needed by nothing that is stored")
    if needed:
        raise CommandFailedError("old keys are needed: what lives for hours ends within two days; then run it again")


def _counted(places: Counter[str]) -> str:
    return ", ".join(f"{place} {count}" for place, count in sorted(places.items()))
