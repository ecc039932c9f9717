"""What every command that makes a release does last: it notes what the release answers."""

import asyncio

from service.cli.console import stderr
from service.errors import KitsuneError
from service.golden import keep_golden, make_golden
from service.home import Home, ReleasePointer
from service.runtime import load_release, named_release
from service.settings import Settings


def note_answers(home: Home, settings: Settings) -> None:
    """Keep the golden queries of the release that the home names; the caller holds the right to write.

    The release is served with or without them: where they cannot be asked, that is said and nothing more.
    """
    try:
        asyncio.run(_note(home, named_release(home), settings))
    except KitsuneError as error:
        stderr.print(f"No golden queries are kept: {error.detail}", highlight=False, soft_wrap=True)


async def _note(home: Home, pointer: ReleasePointer, settings: Settings) -> None:
    release = load_release(home, pointer, settings)
    try:
        keep_golden(home, pointer, await make_golden(release))
    finally:
        await release.close()
