"""Patches of prices at a steady rate, in a process of its own; each line that it prints is a batch that is done."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.columns import CURRENCY, DEAREST, product_id
from service.domain import Money
from service.index.base import Patch, ProductIndex
from service.index.elastic.building import open_index
from service.index.elastic.connection import Connection

AT_ONCE = 100


class Patched:
    """How many products were patched; known once the process has ended."""

    products = 0


@contextmanager
def patching(connection: Connection, products: int, rate: int) -> Iterator[Patched]:
    """Patch `rate` products a second for as long as the block lasts."""
    with connection.client() as client:
        (index,) = client.indices.get_alias(name=connection.alias)
    told = [connection.url, connection.alias, index, str(products), str(rate)]
    command = [sys.executable, "-u", "-m", "benchmarks.patching", *told]
    patched = Patched()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        # The first batch opens connections and files.
        process.stdout.readline()
        try:
            yield patched
        finally:
            process.terminate()
        patched.products = AT_ONCE * len(process.stdout.readlines())


async def _patch(index: ProductIndex, products: int, rate: int) -> None:
    """Change the prices of products drawn at random until the process is ended."""
    rng = np.random.default_rng(0)
    due = time.perf_counter()
    while True:
        drawn = zip(rng.integers(0, products, AT_ONCE).tolist(), rng.random(AT_ONCE).tolist(), strict=True)
        await index.patch({product_id(row): Patch(price=Money(price * DEAREST, CURRENCY)) for row, price in drawn})
        print(AT_ONCE)
        due += AT_ONCE / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


def main(url: str, alias: str, index: str, products: str, rate: str) -> None:
    """Patch until the process is ended."""
    asyncio.run(_patch(open_index(Connection(url, alias), index), int(products), int(rate)))


if __name__ == "__main__":
    main(*sys.argv[1:])
