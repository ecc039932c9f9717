"""A command or an address that is told when requests begin to drift, so that somebody or something can act.

What is told is JSON: the release, the profiles that drifted, and by which dimensions, taxonomies and words. No product
and no person is in it.
"""

import shlex
import subprocess
from collections.abc import Iterator
from functools import partial
from urllib.request import Request, urlopen

import msgspec
import structlog

from service.drift.keeping import JudgedWindow
from service.settings import Settings

HOOK_TIMEOUT_S = 10.0
"""A hook starts a training, it does not do one."""

log = structlog.get_logger()


class Hooks:
    """What the settings name to be told. Waits for the answers: not for the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._calls = []
        if settings.drift_hook_command is not None:
            self._calls.append(partial(_run, shlex.split(settings.drift_hook_command)))
        if settings.drift_hook_url is not None:
            self._calls.append(partial(_post, settings.drift_hook_url))

    def call(self, judged: JudgedWindow) -> Iterator[bool]:
        """Call each, and yield whether it took the news; why it did not is logged, without its name or address."""
        told = msgspec.json.encode({"event": "drift", "drifted": judged.drifted, "window": judged})
        for call in self._calls:
            try:
                call(told)
            except (OSError, subprocess.SubprocessError) as error:
                log.error("drift_hook_failed", hook=call.func.__name__, error=type(error).__name__)  # noqa: TRY400 - no bug
                yield False
            else:
                yield True


def _run(command: list[str], told: bytes) -> None:
    """Start a command, without a shell, and give it the news on its standard input."""
    subprocess.run(  # noqa: S603 - the operator's own command
        command, input=told, check=True, timeout=HOOK_TIMEOUT_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _post(url: str, told: bytes) -> None:
    request = Request(url, data=told, headers={"Content-Type": "application/json"})  # noqa: S310 - http(s), by the settings
    urlopen(request, timeout=HOOK_TIMEOUT_S).close()  # noqa: S310 - the same
