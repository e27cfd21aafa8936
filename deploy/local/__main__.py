"""`python -m deploy.local …`: what the Makefile calls."""

import sys
from typing import Annotated

import typer

from deploy.local.commands.demo import run_demo
from deploy.local.commands.install import install_kafka
from deploy.local.commands.reader import install_reader
from deploy.local.commands.requirements import refuse_missing_browser
from deploy.local.commands.reset import reset as delete_data
from deploy.local.commands.smoke import run_smoke
from deploy.local.errors import StackError
from deploy.local.given import SERVERS, given_settings
from deploy.local.servers import acls
from deploy.local.servers.database import build_fast_database
from deploy.local.servers.topics import FILE, as_yaml

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The stack on one machine, without containers.")


@app.command()
def demo() -> None:
    """Start everything and stay in the foreground with the merged log; Ctrl-C stops it all."""
    run_demo()


@app.command()
def smoke(
    language: Annotated[
        str | None, typer.Option(help='Of who walks; "all" for each. The main job and nothing else.')
    ] = None,
) -> None:
    """Walk the main job and some journeys in a real browser, on the stack that is up or on one of its own."""
    raise typer.Exit(run_smoke(language))


@app.command()
def reset() -> None:
    """Delete the demo's data, keys and logs. What was installed or built stays."""
    deleted = delete_data()
    print(f"deleted {', '.join(deleted)}" if deleted else "nothing to delete")


@app.command()
def database() -> None:
    """Build the fast local database into .local/bin (about 5 minutes)."""
    print(f"{build_fast_database()} is there; the stack prefers it from now on")


@app.command()
def install() -> None:
    """Fetch the reader of QR codes, and the local Kafka unless a Kafka is given; what is there already stays."""
    install_reader(print)
    if SERVERS[0] not in given_settings():
        install_kafka(print)


@app.command()
def check() -> None:
    """Say what the tests need and this machine lacks."""
    refuse_missing_browser()


@app.command()
def topics(
    show: Annotated[bool, typer.Option("--show", help="Print them instead of writing files.")] = False,
) -> None:
    """Write deploy/topics.yaml and deploy/kafka-acls.yaml from the tables in schemas."""
    for file, content in ((FILE, as_yaml()), (acls.FILE, acls.as_yaml())):
        if show:
            print("---", content, sep="\n", end="")
        else:
            file.write_text(content, "utf-8")
            print(f"wrote {file}")


def main() -> None:
    """Run a command; a failure is one line on stderr and exit code 1."""
    try:
        app()
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
