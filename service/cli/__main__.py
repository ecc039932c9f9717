"""`python -m service.cli` is `kitsune`."""

from service.cli import main

main()
