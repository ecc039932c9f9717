"""The command `kitsune`: build a release from a feed and outfits, serve it, look at it, measure it."""

import typer
from threadpoolctl import threadpool_limits
from typer.core import TyperGroup

from service.cli import (
    build,
    bundle,
    demo,
    drift,
    evaluate,
    experiment,
    feedback,
    index,
    mapping,
    outfit,
    runs,
    serve,
    tally,
)
from service.cli.console import fail
from service.errors import KitsuneError, SetupError
from service.settings import Settings

__all__ = ["app", "main"]


class _Commands(TyperGroup):
    """Commands whose named errors become a sentence and an exit code instead of a trace."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # typer types its own Context
        try:
            # A misspelt variable is found here, whichever command would have gone without it.
            Settings.load()
            # One thread takes sums in one order: a bundle's hash does not tell how many cores it was made on.
            with threadpool_limits(limits=1, user_api="blas"):
                return super().invoke(ctx)
        except KitsuneError as error:
            fail(error)
            raise typer.Exit(error.exit_code) from error
        except OSError as error:
            if error.filename is None:
                raise
            fail(
                SetupError(
                    f"{error.filename} cannot be used ({error.strerror}): check the path, its rights and the disk."
                )
            )
            raise typer.Exit(SetupError.exit_code) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="What goes with this product? Three-slot looks out of a shop's own catalogue.",
    epilog="Start with: kitsune build --profile PROFILE.toml --data FOLDER --home HOME; kitsune serve --home HOME",
)
for module in (demo, build, index, serve, outfit, evaluate, tally, feedback, experiment, drift, bundle, runs, mapping):
    module.register(app)


def main() -> None:
    """Run the command line."""
    app(prog_name="kitsune")
