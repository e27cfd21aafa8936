"""`security-info keys …`: the services' keyrings."""

import typer

from services.cli.keys import making, resealing, rotating

app = typer.Typer(no_args_is_help=True, help="Keys by purpose, one file a service.")


@app.callback()
def keys() -> None:
    """Keys by purpose, one file a service, each with only the purposes that the service needs."""


app.command()(making.new)
app.command()(making.add)
app.command("list")(rotating.list_)
app.command()(rotating.rotate)
app.command()(resealing.reseal)
app.command()(resealing.retire)
