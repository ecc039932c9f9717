"""`kitsune index keys`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.console import JsonOption, show
from service.errors import SetupError
from service.settings import Settings


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,3}[dhm]", text):
        raise typer.BadParameter("Give a number of days, hours or minutes: 90d, 12h or 30m.")
    return text


def keys(
    folder: Annotated[Path, typer.Option("--to", help="Folder that the files with the keys are put in.")],
    user: Annotated[str, typer.Option(help="User of the cluster who makes the keys.")],
    password_file: Annotated[
        Path | None, typer.Option(help="File with the user's password; without it, the password is asked for.")
    ] = None,
    expires: Annotated[str, typer.Option(callback=_duration, help="How long the keys are good for.")] = "90d",
    json: JsonOption = False,
) -> None:
    """Make the keys that a shop needs on an Elasticsearch cluster: one to serve with, one to build with."""
    from service.index.elastic.connection import Connection  # noqa: PLC0415 - the client loads where it is used
    from service.index.elastic.keys import PRIVILEGES, make_keys  # noqa: PLC0415

    settings = Settings.load()
    alias = settings.elasticsearch_alias
    connection = Connection(settings.elasticsearch_url, alias, ca_file=settings.elasticsearch_ca_file)
    password = _asked_for(user) if password_file is None else _read(password_file)
    with _new_files(folder, [f"{alias}-{role}.key" for role in PRIVILEGES]) as files:
        made = make_keys(connection, user, password, expires)
        for key, file in zip(made, files, strict=True):
            file.write_text(key.encoded)
    rows = [
        {"role": key.role, "id": key.key_id, "name": key.name, "expires_at": key.expires_at.isoformat(), "file": file}
        for key, file in zip(made, files, strict=True)
    ]
    show({"keys": rows}, as_json=json, people=lambda: _table(rows))


def _asked_for(user: str) -> str:
    password: str = typer.prompt(f"Password of {user}", hide_input=True, err=True)
    return password


def _read(file: Path) -> str:
    # What is no text is no password either, and the cluster says so.
    return file.read_text("utf-8", errors="replace").rstrip("\r\n")


@contextmanager
def _new_files(folder: Path, names: Collection[str]) -> Iterator[Sequence[Path]]:
    """Give empty files that nobody else may read; they go again if the block fails.

    Made before the keys are: a key is told once, and must have a place to be put.

    Raises:
        SetupError: one of them is there already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = [folder / name for name in names]
    with ExitStack() as on_failure:
        for file in files:
            try:
                file.touch(0o600, exist_ok=False)
            except FileExistsError as error:
                raise SetupError(f"{file} exists already, and its key may be in use: name another folder.") from error
            on_failure.callback(file.unlink)
        yield files
        on_failure.pop_all()


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    caption = "KITSUNE_ELASTICSEARCH_API_KEY_FILE names the first where a shop is served, the second where it is built."
    table = Table(box=None, pad_edge=False, caption=caption, caption_justify="left")
    for name in ("name", "id", "expires", "file"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(row["name"], row["id"], row["expires_at"][:10], str(row["file"]))
    return table
