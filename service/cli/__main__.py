"""`python -m service.cli` is `kitsune`."""

from service.cli import main

# Guarded, because the processes that draw the demo import this module again.
if __name__ == "__main__":
    main()
