"""The products that shoppers ask for, the most popular first: a CSV file, and how it is made of a running service."""

import argparse
import csv
import math
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import urllib3

MOST = 500
"""Each is asked for once while the file is made; a Zipf tail beyond them is hardly ever drawn."""

PAGE = "100"
REFUSED: frozenset[int] = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})


class Seed(NamedTuple):
    """A product that has outfits."""

    product_id: str
    taxonomy: str


class Seeds:
    """Draws the r-th seed of a file with a probability that falls as 1 / r, as a shop's products are looked at."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        self._seeds = seeds
        self._cumulated = list(accumulate(1 / rank for rank in range(1, len(seeds) + 1)))

    def draw(self) -> Seed:
        """Return a seed."""
        return random.choices(self._seeds, cum_weights=self._cumulated)[0]  # noqa: S311 - traffic, not secrets


def read_seeds(path: Path) -> list[Seed]:
    """Read a file with the columns `product_id` and `taxonomy`.

    Raises:
        SystemExit: it is missing, has other columns, or has no seeds.
    """
    how = "make it with `python -m load_tests.seeds URL`"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            seeds = [Seed(row["product_id"], row["taxonomy"]) for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise SystemExit(f"{path} is no file of seeds: {how}.") from error
    if not seeds:
        raise SystemExit(f"{path} has no seeds: {how}.")
    return seeds


def write_seeds(seeds: Sequence[Seed], path: Path) -> None:
    """Write the file that `read_seeds` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([Seed._fields, *seeds])


def seeds_of(url: str, at_most: int = MOST) -> list[Seed]:
    """Draw seeds from a service's products, each taxonomy by its share; those without outfits are left out.

    Raises:
        SystemExit: the service does not answer, or has an outfit for none of them.
    """
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        service = _Service(pool, url.rstrip("/"))
        try:
            seeds = [seed for seed in _drawn(service, at_most) if service.dresses(seed)]
        except urllib3.exceptions.HTTPError as error:
            raise SystemExit(f"{url} does not answer: start the service first.") from error
    if not seeds:
        raise SystemExit(f"{url} has an outfit for none of its products: `kitsune mapping check` says why.")
    return seeds


class _Service:
    """What is asked of the service."""

    def __init__(self, pool: urllib3.PoolManager, url: str) -> None:
        self._pool = pool
        self._url = url

    def ask(self, path: str, **query: str) -> Any:
        """Return an answer's content.

        Raises:
            SystemExit: any status but 200.
        """
        answer = self._pool.request("GET", self._url + path, fields=query)
        if answer.status != HTTPStatus.OK:
            raise SystemExit(f"{self._url}{path} answers {answer.status}, where 200 was expected.")
        return answer.json()

    def dresses(self, seed: Seed) -> bool:
        """Say whether a seed has an outfit: some are of no use, for want of a template for them."""
        path = f"{self._url}/v1/outfits/{quote(seed.product_id, safe='')}"
        return self._pool.request("GET", path, fields={"k": "1"}).status not in REFUSED

    def products(self, taxonomy: str) -> Iterator[Seed]:
        """Yield the products of a taxonomy, page by page."""
        query = {"taxonomy": taxonomy, "limit": PAGE}
        while True:
            page = self.ask("/v1/products", **query)
            for product in page["products"]:
                yield Seed(product["product_id"], product["taxonomy"])
            if page["cursor"] is None:
                return
            query["cursor"] = page["cursor"]


def _drawn(service: _Service, at_most: int) -> list[Seed]:
    """Return products of all taxonomies, in an order that is the same each time."""
    taxonomies = service.ask("/v1/taxonomies")["taxonomies"]
    total = sum(taxonomy["count"] for taxonomy in taxonomies)
    seeds: list[Seed] = []
    for taxonomy in taxonomies:
        share = math.ceil(at_most * taxonomy["count"] / total)
        seeds += islice(service.products(taxonomy["taxonomy"]), share)
    random.Random(0).shuffle(seeds)  # noqa: S311 - which product is popular, nobody knows
    return seeds[:at_most]


def main() -> None:
    """Write the file for a running service, or for a home that is served for it."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.seeds", description="Write seeds for load tests.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("url", nargs="?", help="where the service runs")
    source.add_argument("--home", type=Path, help="a shop's home, which is served while the file is made")
    parser.add_argument("--to", type=Path, default=Path("seeds.csv"), help="the file to write (%(default)s)")
    given = parser.parse_args()
    with _served(given.home) if given.home else nullcontext(given.url) as url:
        seeds = seeds_of(url)
    write_seeds(seeds, given.to)
    sys.stdout.write(f"{given.to}: {len(seeds)} seeds of {len({seed.taxonomy for seed in seeds})} taxonomies\n")


def _served(home: Path) -> AbstractContextManager[str]:
    from load_tests.serving import kitsune  # noqa: PLC0415 - beside a running service this file needs no Kitsune

    return kitsune("serve", "--home", str(home))


if __name__ == "__main__":
    main()
