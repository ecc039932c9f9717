"""`kitsune serve`."""

from typing import Annotated

import typer

from service.cli.console import HOME, HomeOption
from service.errors import SetupError
from service.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    home: HomeOption = HOME,
    host: Annotated[str, typer.Option(envvar="KITSUNE_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="KITSUNE_PORT", help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="KITSUNE_WORKERS", help="Processes that answer.")] = 1,
) -> None:
    """Serve looks over REST.

    A new release (kitsune build) or an older one (kitsune rollback) is picked up within a second, by SIGHUP at once;
    no request fails for it. All other settings are environment variables that begin with KITSUNE_.
    """
    from service.serving import serve_http  # noqa: PLC0415 - other commands start without a web server

    settings = Settings.load(home=home, host=host, port=port, workers=workers)
    try:
        serve_http(settings)
    except SystemExit as error:
        if not error.code:
            return
        # With a status that means something else here.
        raise SetupError(
            f"The server could not start on {host}, port {port}: the last error above says why. "
            "If the port is taken, choose another with --port."
        ) from error
