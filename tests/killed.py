"""`python -m tests.killed before|after OWNER NAME COMMAND...`: the command line, killed at a call of a function.

OWNER is a module, or MODULE:CLASS. The process ends as if the power had gone: nothing of it runs any more.
"""

import os
import pkgutil
import signal
import sys
from typing import Any

from service.cli import app


def die_at(moment: str, owner: str, name: str) -> None:
    """Have the process killed before, or after, the function's first call."""
    of = pkgutil.resolve_name(owner)
    function = getattr(of, name)

    def dying(*arguments: Any, **named: Any) -> None:
        if moment == "after":
            function(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(of, name, dying)


if __name__ == "__main__":
    die_at(*sys.argv[1:4])
    app(sys.argv[4:])
