"""Type a page's commands and print what comes, for who writes the page: `python -m tests.docs.transcript PAGE`.

The page starts from the `kitsune-demo` of the folder that this is run in, which is left as it is.
"""

import sys
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from tests.docs.sessions import steps, typed
from tests.docs.terminal import Terminal


def main() -> None:
    """Print each block of commands with its output."""
    with TemporaryDirectory() as folder:
        copytree("kitsune-demo", Path(folder) / "kitsune-demo", symlinks=True)
        with Terminal(Path(folder)) as terminal:
            for block, _ in steps(Path(sys.argv[1])):
                if commands := typed(block):
                    sys.stdout.write(f"{block}\n{commands}\n\n{terminal.type(commands)}\n\n")


if __name__ == "__main__":
    main()
