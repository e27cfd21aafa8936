"""`security-info keys list` and `keys rotate`: which keys there are, and a new one that all know before it is used."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.failures import CommandFailedError
from services.cli.keys.files import Directory, PurposeName, clock, explained, purpose_named, read_all, replace_all

if TYPE_CHECKING:
    from services.kit.crypto.keyring import Key, Purpose

A_DAY = 24.0


def list_(directory: Directory) -> None:
    """List the keys by purpose, newest first: id, how far each is, and from when it is written with. Never the keys."""
    from services.kit.crypto.key_files import held
    from services.kit.crypto.rotation import OVERLAPS, moment, state_of

    now = clock().now()
    with explained(directory):
        files = read_all(directory)
    for purpose in OVERLAPS:
        keys = held(files, purpose)
        for key in keys:
            typer.echo(f"{purpose:<12} {key.id:<10} {state_of(keys, key, now):<10} from {moment(key.in_use_from)}")


def rotate(
    directory: Directory,
    *,
    purpose: PurposeName,
    hours: Annotated[float, typer.Option(min=0, help="Until the new key is used: time to hand the files out.")] = A_DAY,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Use it now: replicas that do not have it yet fail until they do.")
    ] = False,
) -> None:
    """Put a new key in front, the same in all files of DIR that share the purpose; old keys stay and go on opening.

    Whoever holds it publishes it and opens with it at once, and writes with it only when --hours are over. So hand the
    files out and restart the replicas, in any order, before then. It refuses to be early. Afterwards: `keys reseal`,
    and `keys retire` for the old key.

    Exit codes: 0 done, 1 refused, 2 wrong usage.
    """
    from services.kit.crypto.key_files import held, replaced, rotated

    chosen, now = purpose_named(purpose), clock().now()
    if chosen == "vapid" and not at_once:
        raise CommandFailedError(
            "an app's subscription belongs to the vapid key that it was made with, so that key cannot be announced; "
            "replace it with --at-once, and apps that subscribe anew get push messages again"
        )
    with explained(directory):
        files = read_all(directory)
        turned = replaced(files, chosen, now) if at_once else rotated(files, chosen, now, timedelta(hours=hours))
        replace_all(directory, turned)
    _tell(chosen, held({**files, **turned}, chosen)[0], list(turned), at_once=at_once)


def _tell(purpose: "Purpose", key: "Key", services: list[str], *, at_once: bool) -> None:
    from services.kit.crypto.rotation import OVERLAPS, ROLL_OUT, moment

    typer.echo(f"{purpose}: new key {key.id}, in use {'now' if at_once else 'from ' + moment(key.in_use_from)}")
    whose = f"the replicas of {' and '.join(services)}"
    if at_once:
        typer.echo(f"give {whose} their new files now, all within minutes")
    else:
        by = key.in_use_from - (OVERLAPS[purpose].before - ROLL_OUT)
        typer.echo(f"give {whose} their new files and restart them, in any order, before {moment(by)}")
