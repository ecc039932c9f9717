"""How often an answer obeys the rules that the drawn shop's outfits were composed by, beside chance.

The shop is the one that `kitsune demo` draws; it is made in a temporary folder, unless its home is given:

    python -m benchmarks.rules --home kitsune-demo

Every product is asked about with every template of its taxonomy, and the first candidate of each slot is held against
`styling.broken_rules`, which nothing was trained on: the bundle learnt from outfits and from labels of photos. The
headline are the cold seeds, the products of the test part: no training outfit contains them. The other rows fill the
same slots with what the answer's search could have found.

Drawings say nothing about photos of real clothes: these figures show that the parts work together, not how well.

Notation used for array shapes: a answers, t times drawn, p parts (the whole look, then each slot beside the seed),
r rules.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from benchmarks.made import SEED
from benchmarks.reports import Report
from model.baselines import naive_rows
from model.evaluation import Rows, Scorer, training_outfits
from service.catalog import building
from service.catalog.building import Shop
from service.catalog.outfits import read_outfits, split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.cli.console import BarReporter
from service.demo import draw_catalogue
from service.demo.styling import Rule, broken_rules
from service.domain import SLOTS, Filters, OutfitRequest, Product, ProductSeed
from service.home import Home
from service.outfitting import make_outfit
from service.release import Release
from service.runtime import load_release, named_release
from service.settings import Settings

RULES: tuple[Rule, ...] = get_args(Rule)
NAIVE = ("popularity", "copy the seed", "ridge")
CHANCE = 20
"""How often the slots of an answer are filled at random."""
RESAMPLES = 1000
TIMEOUT_S = 10.0

Pieces = tuple[Product, ...]
Values = NDArray[np.float64]
Broken = NDArray[np.bool_]
"""The rules that were broken [a, t, p, r]."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The products by row, and what was composed of them."""

    products: Sequence[Product]
    vectors: NDArray[np.float32]
    outfits: Sequence[Rows]

    @classmethod
    def of(cls, home: Home, space_id: str) -> "Catalogue":
        """Read the home of a drawn shop."""
        with Record.open(home.record_path, read_only=True) as record:
            ids, vectors = record.vectors(space_id)
            found = record.get(ids)
        source = load_profile(home.path / "catalogue" / "profile.toml").outfits
        assert source is not None, "the demo's profile names its outfits"
        row_of = {product_id: row for row, product_id in enumerate(ids)}
        outfits = read_outfits(source, home.path / "catalogue", ids).outfits
        members = [np.array([row_of[product_id] for product_id in outfit]) for outfit in outfits]
        return cls([found[product_id].product for product_id in ids], vectors, members)

    def naive_scorers(self) -> Mapping[str, Scorer]:
        """Return those who know less than the generator; what they learn from is the training part."""
        train = np.array([split_of(product.product_id) == "train" for product in self.products])
        taxonomies = [product.taxonomy for product in self.products]
        rows = naive_rows(self.vectors, training_outfits(self.outfits, train), taxonomies)
        return {name: rows[name][0] for name in NAIVE}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What came back for a seed and one of its templates."""

    seed: Product
    row: int
    looks: tuple[Pieces, ...]
    """The first candidates of three looks."""
    shelves: tuple[Rows, ...]
    """What could have come into each slot."""
    is_default: bool
    suits: bool
    """Whether the template's name has an occasion that the seed is made for: the one that a shopper would choose."""
    weight: float
    """One over the number of the seed's templates, so that all seeds count alike."""


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description="Hold answers against the rules.")
    parser.add_argument("--home", type=Path)
    with _home(parser.parse_args().home) as home:
        release = load_release(home, named_release(home), Settings.load())
        catalogue = Catalogue.of(home, release.model.space_id)
        answers = asyncio.run(_ask(release, catalogue))
    report = Report("rules", _setting(release, catalogue))
    broken = _judge(catalogue, answers)
    cold = np.array([split_of(answer.seed.product_id) == "test" for answer in answers])
    default = np.array([answer.is_default for answer in answers])
    suiting = np.array([answer.suits for answer in answers])
    everything = np.ones(len(answers), np.bool_)
    _compare(report, "cold seeds, default template", answers, broken, cold & default)
    _compare(report, "cold seeds, every template", answers, broken, cold)
    _compare(report, "cold seeds, suiting templates", answers, broken, cold & suiting)
    _compare(report, "all seeds, default template", answers, broken, default)
    _compare(report, "all seeds, every template", answers, broken, everything)
    _detail(report, "cold seeds, every template", answers, broken, cold)
    report.finish()


@contextmanager
def _home(given: Path | None) -> Iterator[Home]:
    """Give the home of a drawn shop, made as `kitsune demo` makes it."""
    if given is not None:
        yield Home(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        home, catalogue = Home(Path(folder)), Path(folder) / "catalogue"
        draw_catalogue(catalogue, lambda *_: None)
        with home.writer(), as_file(files("service.demo") / "bundle") as bundle:
            shop = Shop(home, load_profile(catalogue / "profile.toml"), catalogue, BarReporter())
            building.import_catalog(shop)
            building.install_bundle(shop, bundle)
            building.encode(shop)
            building.build_index(shop, Settings.load())
        yield home


async def _ask(release: Release, catalogue: Catalogue) -> list[Answer]:
    """Ask about every product with every template of its taxonomy."""
    answers = []
    for row, seed in enumerate(catalogue.products):
        templates, _ = release.mapping.templates_for(seed.taxonomy, seed.taxonomy_path)
        for number, template in enumerate(templates):
            request = OutfitRequest(template=template.id, looks=SLOTS, k=1)
            outfit = await make_outfit(release, ProductSeed(seed.product_id), request, timeout_s=TIMEOUT_S)
            assert not outfit.degraded, f"{seed.product_id}, {template.id}: {outfit.degraded}"
            looks = tuple(tuple(slot.candidates[0].product for slot in look.slots) for look in outfit.looks)
            shelves = tuple(_shelf(catalogue, seed, taxonomy) for taxonomy in template.slots)
            suits = not set(template.id.split("-")).isdisjoint(seed.attributes["occasion"])
            answers.append(Answer(seed, row, looks, shelves, number == 0, suits, 1 / len(templates)))
    await release.close()
    return answers


def _shelf(catalogue: Catalogue, seed: Product, taxonomy: str) -> Rows:
    """Return what a search for the seed may find: in stock, and no variant of it."""
    filters = Filters(exclude_groups=frozenset({seed.group_id or ""}))
    return np.array(
        [
            row
            for row, product in enumerate(catalogue.products)
            if product.taxonomy == taxonomy and filters.admit(product)
        ]
    )


def _setting(release: Release, catalogue: Catalogue) -> dict[str, object]:
    outfits = [[catalogue.products[row] for row in outfit] for outfit in catalogue.outfits]
    return {
        "warning": "Drawings: these figures say nothing about photos of real clothes.",
        "bundle": release.versions.bundle,
        "products": len(catalogue.products),
        "cold_seeds": sum(split_of(product.product_id) == "test" for product in catalogue.products),
        "outfits": len(outfits),
        "outfits_that_obey": round(sum(not broken_rules(outfit) for outfit in outfits) / len(outfits), 3),
        "lowest_to_highest": f"95 % interval over models, drawn {RESAMPLES} times; of chance, {CHANCE} draws",
    }


def _judge(catalogue: Catalogue, answers: Sequence[Answer]) -> dict[str, Broken]:
    """Hold the looks of all answers against the rules, and what others put into their slots."""
    rng = np.random.default_rng(SEED)
    broken = {
        f"look {number + 1}": np.stack([_broken(answer.seed, [answer.looks[number]]) for answer in answers])
        for number in range(SLOTS)
    }

    def filled(answer: Answer, choices: Sequence[Sequence[int]]) -> Broken:
        return _broken(answer.seed, [tuple(catalogue.products[row] for row in rows) for rows in choices])

    by_chance = (
        np.stack([rng.choice(shelf, CHANCE) for shelf in answer.shelves], axis=1).tolist() for answer in answers
    )
    broken["chance"] = np.stack([filled(answer, rows) for answer, rows in zip(answers, by_chance, strict=True)])
    for name, scorer in catalogue.naive_scorers().items():
        broken[name] = np.stack([filled(answer, [_best(answer, scorer)]) for answer in answers])
    return broken


def _best(answer: Answer, scorer: Scorer) -> list[int]:
    """Return the row that a scorer puts first in each slot."""
    return [int(shelf[scorer.scores(np.array([answer.row]), shelf)[0].argmax()]) for shelf in answer.shelves]


def _broken(seed: Product, looks: Sequence[Pieces]) -> Broken:
    """Return the rules that some looks break [t, p, r]."""
    parts = [[look, *((piece,) for piece in look)] for look in looks]
    found = [[broken_rules([seed, *part]) for part in look] for look in parts]
    return np.array([[[rule in rules for rule in RULES] for rules in look] for look in found])


def _compare(
    report: Report, name: str, answers: Sequence[Answer], broken: Mapping[str, Broken], which: NDArray[np.bool_]
) -> None:
    """Add the share of whole looks that obey all rules, by row."""
    some = [answer for answer, chosen in zip(answers, which, strict=True) if chosen]
    obeyed = {row: _obeyed(judged[which], 0) for row, judged in broken.items()}
    for row, values in obeyed.items():
        report.add(f"{name}: {row} obeys", "%", _spread(values, some))
    above = obeyed["look 1"] - obeyed["chance"].mean(axis=1, keepdims=True)
    report.add(f"{name}: look 1 above chance", "points", _spread(above, some))


def _detail(
    report: Report, name: str, answers: Sequence[Answer], broken: Mapping[str, Broken], which: NDArray[np.bool_]
) -> None:
    """Add what single slots obey, which rules looks break, and how much the looks of an answer differ."""
    some = [answer for answer, chosen in zip(answers, which, strict=True) if chosen]
    for slot in range(1, SLOTS + 1):
        for row in ("look 1", "chance"):
            obeyed = _obeyed(broken[row][which], slot)
            report.add(f"{name}: {row}, slot {slot} obeys beside the seed", "%", _spread(obeyed, some))
    for number, rule in enumerate(RULES):
        for row in ("look 1", "chance"):
            values = broken[row][which, :, 0, number].astype(float)
            report.add(f"{name}: {row} breaks {rule}", "%", _spread(values, some))
    for number in range(1, SLOTS):
        pairs = [zip(answer.looks[0], answer.looks[number], strict=True) for answer in some]
        other = np.array([[np.mean([one != another for one, another in pair])] for pair in pairs])
        report.add(f"{name}: slots of look {number + 1} with another product than look 1", "%", _spread(other, some))


def _obeyed(broken: Broken, part: int) -> Values:
    """Return 1 where a part breaks no rule, 0 elsewhere [a, t]."""
    return np.asarray(1.0 - broken[:, :, part].any(axis=-1))


def _spread(values: Values, answers: Sequence[Answer]) -> Values:
    """Return percentages whose median is the mean of the values, and whose ends are the spread.

    Of what was drawn more than once, these are the draws; else the ends of the 95 % interval over models, each of which
    is drawn with all its variants and templates.

    Shapes:
        values: [a, t]
    """
    weights = np.array([answer.weight for answer in answers])
    if values.shape[1] > 1:
        return np.asarray(100 * weights @ values / weights.sum())
    models, codes = np.unique([answer.seed.group_id or "" for answer in answers], return_inverse=True)
    sums, sizes = np.bincount(codes, weights * values[:, 0]), np.bincount(codes, weights)
    draws = np.random.default_rng(SEED).integers(len(models), size=(RESAMPLES, len(models)))
    low, high = np.percentile(sums[draws].sum(axis=1) / sizes[draws].sum(axis=1), [2.5, 97.5])
    return 100 * np.array([low, sums.sum() / sizes.sum(), high])


if __name__ == "__main__":
    main()
