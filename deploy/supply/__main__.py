"""`python -m deploy.supply …`: what the Makefile calls about dependencies."""

import sys
from typing import Annotated

import typer

from deploy.local.commands.install import write_sums
from deploy.local.errors import StackError
from deploy.supply.audit import audit as ask_for_weaknesses
from deploy.supply.resolve import write_locks
from deploy.supply.sbom import write

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What the product is made of.")


@app.command()
def lock(
    package: Annotated[list[str] | None, typer.Argument(help="To take anew; what else is locked stays.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Take everything anew.")] = False,
    days: Annotated[int, typer.Option(min=0, help="The least age of a release; 0 for a mend that is urgent.")] = 7,
) -> None:
    """Write the locks of Python in requirements/ anew from pyproject.toml."""
    write_locks(tuple(package or ()), everything=everything, days=days)


@app.command()
def jars() -> None:
    """Fetch the local Kafka and write down what its jars are."""
    print(f"wrote {write_sums()}")


@app.command()
def audit(service: Annotated[str, typer.Option(help="Who is asked: pypi or osv.")] = "osv") -> None:
    """Ask a database on the network for known weaknesses of what is locked."""
    ask_for_weaknesses(service)


@app.command()
def sbom() -> None:
    """Write the bill of materials to dist/."""
    print(f"wrote {write()}")


def main() -> None:
    """Run a command; a failure is one line on stderr and exit code 1."""
    try:
        app()
    except StackError as error:
        print(f"supply: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
