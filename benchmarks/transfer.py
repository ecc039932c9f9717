"""What the model knows of what it was never shown: families left out of training, and a bundle of another shop.

    python -m benchmarks.transfer --home HOME --profile examples/mango.toml --data ../shared/data/mango --foreign OTHER

HOME is a built shop's, whose photos' features are kept; OTHER is a home of the same catalogue that was built with
another shop's bundle (`kitsune build --bundle`). For each of the families that are asked for most, vectors and heads
are trained without any outfit that holds a product of it, and partners in it are looked for. Only products are judged
that no training outfit contains, by partners in those families.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.reports import Report
from benchmarks.trained_shop import (
    NAIVE,
    Array,
    Rows,
    Shop,
    asked_shop,
    heads,
    interval,
    naive_rows,
    projected,
    shop_arguments,
    short,
)
from model.baselines import DotProduct, cosine, generator_rows
from model.bundle import open_bundle
from model.compression import unit_rows
from model.evaluation import Pairs, Scorer, Vectors, cold_pairs, evaluate
from service.catalog.record import Record
from service.home import Home
from service.runtime import named_release

FAMILIES = 12
FULL, LEFT_OUT, COPIED = "trained on all families", "trained without the family", "its vector copied"
FOREIGN = "another shop's bundle"
LEANING = "half its vector"
MEASURES = ("recall_at_10", "recall_at_50")


@dataclass(frozen=True, slots=True, eq=False)
class ByFamily:
    """Scores candidates, all of one family, by that family's own scorer."""

    families: Rows
    scorers: Mapping[int, Scorer]

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return scores [b, c]."""
        return self.scorers[int(self.families[candidates[0]])].scores(seeds, candidates)


def main() -> None:
    """Measure, print and write the report."""
    parser = shop_arguments("transfer", "Measure what the model makes of families and shops that are new to it.")
    parser.add_argument("--foreign", type=Path, required=True)
    given = parser.parse_args()
    shop = asked_shop(given)
    pairs, families = _asked(shop)
    without = {family: _without(shop, family) for family in families}
    whole = projected(shop, cnn=1, colours=2)
    table: dict[str, Sequence[Scorer]] = dict(naive_rows(shop))
    table |= _rows(FULL, heads(shop, whole), whole)
    foreign, vectors = _foreign(Home(given.foreign), shop)
    table |= _rows(FOREIGN, foreign, vectors)
    each = [_rows(LEFT_OUT, *without[family]) for family in families]
    for name, scorers in each[0].items():
        table[name] = [
            ByFamily(shop.taxonomies, {family: rows[name][n] for family, rows in zip(families, each, strict=True)})
            for n in range(len(scorers))
        ]
    report = Report("transfer", {"part": given.part, "pairs": len(pairs), "families": len(families)})
    report.command += " --home HOME --profile examples/mango.toml --data ../shared/data/mango --foreign OTHER"
    for judged in (LEFT_OUT, f"{LEFT_OUT}, {LEANING}", FOREIGN, f"{FOREIGN}, {LEANING}"):
        found = evaluate(pairs, shop.names, table, judged=judged)
        if judged == LEFT_OUT:
            for row in found.rows:
                for measure in MEASURES:
                    report.add(f"{row.name}: {short(measure)}", "", interval(row.measures[measure]))
        for difference in found.differences:
            if difference.against in {NAIVE, FULL, "random"}:
                for measure in MEASURES:
                    ratio = difference.ratios[measure]
                    assert ratio is not None
                    report.add(f"{judged} over {difference.against}: {short(measure)}", "x", interval(ratio))
    report.finish()


def _asked(shop: Shop) -> tuple[Pairs, list[int]]:
    """Return the pairs whose partner is in one of the families that are asked for most, and those families."""
    pairs = cold_pairs(shop.outfits, shop.judged)
    counts = np.bincount(shop.taxonomies[pairs.targets])
    families = np.argsort(-counts, kind="stable")[:FAMILIES]
    kept = np.isin(shop.taxonomies[pairs.targets], families)
    return Pairs(pairs.seeds[kept], pairs.targets[kept], pairs.outfits[kept]), families.tolist()


def _rows(name: str, found: Sequence[DotProduct], vectors: Array) -> dict[str, Sequence[DotProduct]]:
    """Return what heads find; what the seed's own vector finds; and both, each half of what is looked for."""
    leaning = [DotProduct(unit_rows(head.queries + unit_rows(vectors)), head.keys) for head in found]
    return {name: found, f"{name}, {COPIED}": (cosine(vectors, vectors),), f"{name}, {LEANING}": leaning}


def _without(shop: Shop, family: int) -> tuple[Sequence[DotProduct], Array]:
    """Train without a family; return the heads' scorers and the vectors."""

    def others(outfits: Sequence[Rows]) -> list[Rows]:
        return [outfit for outfit in outfits if family not in shop.taxonomies[outfit]]

    poorer = replace(shop, train=others(shop.train), validation=others(shop.validation))
    vectors = projected(poorer, cnn=1, colours=2)
    print(f"{shop.names[int(np.flatnonzero(shop.taxonomies == family)[0])]}: {len(poorer.train)} outfits", flush=True)
    return heads(poorer, vectors), vectors


def _foreign(home: Home, shop: Shop) -> tuple[Sequence[DotProduct], Array]:
    bundle = open_bundle(home.bundles / named_release(home).bundle)
    with Record.open(home.record_path, read_only=True) as record:
        ids, found = record.vectors(bundle.space_id)
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    vectors: Array = found[[row_of[product_id] for product_id in shop.ids]]
    return generator_rows(bundle.generator.generate(vectors), vectors)["generator"], vectors


if __name__ == "__main__":
    main()
