"""Whether the service finds what the evaluation says: true partners ranked through REST, beside the offline figure.

It needs a served home, whose bundle is judged, and the profile and data of its outfits:

    kitsune serve --home HOME
    python -m benchmarks.served --url http://127.0.0.1:8000 --home HOME --profile PROFILE.toml --data FOLDER

The partner's taxonomy is asked for in each of the three slots, fifty candidates deep. The service never shows the
seed's own variants, so that pairs of variants are left out and variants are no rivals here. What the seed's template
puts into the other slots may share the taxonomy: then the slots share its products out, and a list may lack what
another slot has. Therefore all is asked twice: with the other slots left to the template, and with other taxonomies in
them.

Notation used for array shapes: p pairs, s slots, k candidates.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.reports import Report
from model.baselines import generator_rows
from model.bundle import open_bundle
from model.evaluation import Pairs, Rows, Scorer, Vectors, cold_pairs, evaluate
from model.measures import CUTS
from service.catalog.outfits import Part, read_outfits, split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.domain import SLOTS, Product
from service.home import Home
from service.runtime import named_release

DEEPEST = 50
_LAST = -9.0
"""Below every cosine."""

Recalls = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """The served products, what the served bundle generates for them, and the pairs that can be asked for."""

    products: Sequence[Product]
    vectors: Vectors
    targets: Vectors
    pairs: Pairs

    @property
    def taxonomies(self) -> list[str]:
        """Of each product."""
        return [product.taxonomy for product in self.products]


def main() -> None:
    """Ask, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.served", description="Rank through REST.")
    parser.add_argument("--url", required=True)
    for name in ("--home", "--profile", "--data"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    given = parser.parse_args()
    questions = open_questions(Home(given.home), given.profile, given.data, given.part)
    report = Report("served", {"part": given.part, "pairs": len(questions.pairs), "products": len(questions.products)})
    report.command += f" --part {given.part} --url URL --home HOME --profile PROFILE --data FOLDER"
    offline = offline_recalls(questions)
    with httpx.Client(base_url=given.url, timeout=30) as client:
        found = {
            "other slots of other taxonomies": served_recalls(client, questions, apart=True),
            "other slots of the template": served_recalls(client, questions, apart=False),
        }
    for place, cut in enumerate(CUTS):
        report.add(f"offline: R@{cut}", "", [offline[place]])
        for name, recalls in found.items():
            report.add(f"REST, {name}: R@{cut}", "", [recalls[place]])
    report.finish()


def open_questions(home: Home, profile: Path, data: Path, part: Part) -> Questions:
    """Read the served bundle's products and the outfits of a part."""
    bundle = open_bundle(home.bundles / named_release(home).bundle)
    source = load_profile(profile).outfits
    if source is None:
        raise SystemExit("The profile names no outfits.")
    with Record.open(home.record_path, read_only=True) as record:
        ids, vectors = record.vectors(bundle.space_id)
        found = record.get(ids)
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    outfits = [np.array([row_of[id_] for id_ in own]) for own in read_outfits(source, data, ids).outfits]
    products = [found[product_id].product for product_id in ids]
    pairs = cold_pairs(outfits, np.array([split_of(product_id) == part for product_id in ids]))
    askable = np.array(
        [not _variants(products[a], products[b]) for a, b in zip(pairs.seeds, pairs.targets, strict=True)]
    )
    asked = Pairs(pairs.seeds[askable], pairs.targets[askable], pairs.outfits[askable])
    return Questions(products, vectors, bundle.generator.generate(vectors), asked)


def offline_recalls(questions: Questions) -> Recalls:
    """Return recall at `CUTS` as `kitsune evaluate` computes it, the seeds' variants taken out."""
    heads = generator_rows(questions.targets, questions.vectors)["generator"]
    rows = {"generator": [_WithoutVariants(head, questions.products) for head in heads]}
    (row,) = evaluate(questions.pairs, questions.taxonomies, rows, judged="generator").rows
    return np.array([row.measures[f"recall_at_{cut}"].value for cut in CUTS])


def served_recalls(client: httpx.Client, questions: Questions, *, apart: bool) -> Recalls:
    """Return recall at `CUTS` of what the service answers, the mean over the three slots."""
    pairs, products = questions.pairs, questions.products
    names = sorted({*questions.taxonomies})
    answers: dict[tuple[int, str], list[list[str]]] = {}
    hits = np.zeros((len(pairs), SLOTS, len(CUTS)))
    for place, (seed, target) in enumerate(zip(pairs.seeds.tolist(), pairs.targets.tolist(), strict=True)):
        taxonomy = products[target].taxonomy
        if (seed, taxonomy) not in answers:
            others = [name for name in names if name != taxonomy][: SLOTS - 1] if apart else [None] * (SLOTS - 1)
            answers[seed, taxonomy] = [_ask(client, products[seed], slot, taxonomy, others) for slot in range(SLOTS)]
        for slot, ids in enumerate(answers[seed, taxonomy]):
            hits[place, slot] = [products[target].product_id in ids[:cut] for cut in CUTS]
    recalls: Recalls = hits.mean(axis=(0, 1))
    return recalls


def _ask(client: httpx.Client, seed: Product, slot: int, taxonomy: str, others: Sequence[str | None]) -> list[str]:
    """Return the ids that look 1 has in a slot which `taxonomy` was asked for."""
    slots: list[Mapping[str, str] | None] = [{"taxonomy": name} if name else None for name in others]
    slots.insert(slot, {"taxonomy": taxonomy})
    body = {"seed": {"product_id": seed.product_id}, "slots": slots, "k": DEEPEST, "filters": {"in_stock": False}}
    answer: dict[str, Any] = client.post("/v1/outfits", json=body).raise_for_status().json()
    return [candidate["product"]["product_id"] for candidate in answer["looks"][0]["slots"][slot]["candidates"]]


@dataclass(frozen=True, slots=True)
class _WithoutVariants:
    """Puts the seed's variants last: they are never shown."""

    scorer: Scorer
    products: Sequence[Product]

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        scores = self.scorer.scores(seeds, candidates)
        variants = [[_variants(self.products[seed], self.products[c]) for c in candidates] for seed in seeds]
        return np.where(variants, np.float32(_LAST), scores)


def _variants(one: Product, other: Product) -> bool:
    return one.group_id is not None and one.group_id == other.group_id


if __name__ == "__main__":
    main()
