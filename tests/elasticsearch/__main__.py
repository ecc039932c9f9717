"""`python -m tests.elasticsearch start|stop`: what `make elasticsearch` does. The data stays until it is deleted."""

import sys

from tests.elasticsearch.artefact import VERSION, cache_folder
from tests.elasticsearch.java import Missing
from tests.elasticsearch.server import Server


def main(words: list[str]) -> str | None:
    """Do what is asked; return what went wrong."""
    server = Server(cache_folder() / "server")
    try:
        match words:
            case ["start"]:
                server.start()
                print(f"Elasticsearch {VERSION} listens on {server.url}; its data is in {server.folder}.")  # noqa: T201
                print("Stop it with `make elasticsearch-stop`.")  # noqa: T201
            case ["stop"]:
                server.stop()
            case _:
                return "usage: python -m tests.elasticsearch start|stop"
    except Missing as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
