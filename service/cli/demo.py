"""`kitsune demo`: a drawn shop, served."""

import socket
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from service.catalog import building
from service.catalog.building import Shop
from service.catalog.profile import load_profile
from service.cli.console import BarReporter, EngineOption, stderr
from service.cli.golden import note_answers
from service.cli.serve import serve
from service.demo import draw_catalogue, is_drawn
from service.errors import SetupError
from service.home import Home
from service.settings import Settings

HOME = Path("kitsune-demo")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    home: Annotated[Path, typer.Option(help="Folder that holds the drawn shop; delete it to draw anew.")] = HOME,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    engine: EngineOption = None,
) -> None:
    """Draw a shop, encode and index it with the bundle that comes along, and serve it.

    Needs no data and no training. The first time takes about a minute, the next ones seconds.
    """
    _check_port(host, port)
    at = Home(home)
    settings = Settings.load(engine=engine)
    with at.writer():
        _prepare(Shop(at, load_profile(_drawn(home / "catalogue")), home / "catalogue", BarReporter()), settings)
        note_answers(at, settings)
    stderr.print(f"The lookbook:            http://{host}:{port}/")
    stderr.print(f"What goes with DR101-01? http://{host}:{port}/v1/outfits/DR101-01")
    stderr.print(f"All that can be asked:   http://{host}:{port}/docs")
    serve(home, host, port)


def _check_port(host: str, port: int) -> None:
    """Find out before a minute of drawing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} of {host} cannot be used ({error.strerror}): choose another with --port."
            ) from error


def _drawn(catalogue: Path) -> Path:
    """Return the profile of the drawn shop, which is drawn first where it is not there, not whole, or another one's."""
    if not is_drawn(catalogue):
        if (catalogue / "profile.toml").exists():
            stderr.print("Another Kitsune drew this shop, or did not finish: it is drawn anew.")
        with BarReporter().task("drawing") as progress:
            draw_catalogue(catalogue, progress)
    return catalogue / "profile.toml"


def _prepare(shop: Shop, settings: Settings) -> None:
    building.import_catalog(shop)
    with as_file(files("service.demo") / "bundle") as bundle:
        building.install_bundle(shop, bundle)
    building.encode(shop)
    building.build_index(shop, settings)
