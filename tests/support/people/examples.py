"""The examples of policies in the docs, as an administrator applies them."""

from pathlib import Path

from typer.testing import CliRunner

from services.cli.program import app
from tests.support.people.api import Platform

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "policies"


def applied(platform: Platform, name: str) -> None:
    """An example, by the command line."""
    where = ["--token", platform.token(), "--url", platform.stack.url("enrollment")]
    result = CliRunner().invoke(app, ["policy", "apply", str(EXAMPLES / f"{name}.json"), *where])
    assert (result.exit_code, "holds" in result.output) == (0, True), result.output
