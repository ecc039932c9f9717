"""What each part of the model brings: true partners found on a shop's outfits, one change at a time.

It needs the home of a built shop, whose photos' features are kept, and the folder of its data:

    python -m benchmarks.generators --home HOME --profile examples/mango.toml --data ../shared/data/mango

Products of the validation part are judged, which no training outfit contains; `--part test` is for once.
Every figure is the value with its 95 % bootstrap interval over outfits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
from model.baselines import DotProduct, cosine, ridge
from model.compression import fit_compression, unit_rows
from model.evaluation import cold_pairs, evaluate
from model.generator import BASELINE, GeneratorOptions

PRODUCT = "all of it: what a build makes"
GOALS = {"recall_at_10": 1.15, "recall_at_50": 1.3}


def main() -> None:
    """Measure, print and write the report."""
    given = shop_arguments("generators", "Measure the model's parts.").parse_args()
    shop = asked_shop(given)
    table: dict[str, Sequence[DotProduct]] = dict(naive_rows(shop))
    for name, row in _experiments(shop):
        table[name] = row
        print(name, flush=True)
    pairs = cold_pairs(shop.outfits, shop.judged)
    found = evaluate(pairs, shop.names, table, judged=PRODUCT)
    setting = {"part": given.part, "pairs": found.pairs, "candidates_median": found.candidates_median}
    report = Report("generators", setting | {"taxonomies": found.taxonomies, "products": len(shop.names)})
    report.command += " --home HOME --profile examples/mango.toml --data ../shared/data/mango"
    rows = {row.name: row.measures for row in found.rows}
    for name, measures in rows.items():
        for measure in GOALS:
            report.add(f"{name}: {short(measure)}", "", interval(measures[measure]))
    against = next(difference for difference in found.differences if difference.against == NAIVE)
    for measure, goal in GOALS.items():
        margin, ratio = against.measures[measure], rows[PRODUCT][measure].value / rows[NAIVE][measure].value
        report.add(f"{PRODUCT} minus {NAIVE}: {short(measure)}", "", interval(margin))
        report.add(f"{PRODUCT} over {NAIVE}: {short(measure)}", "x", [ratio], at_least=goal)
    report.finish()


def _experiments(shop: Shop) -> Iterator[tuple[str, Sequence[DotProduct]]]:
    """Yield a row for each change, the earlier ones kept unless the name says otherwise."""
    vectors = shop.attribute_vectors
    yield "baseline: attributes' PCA, cosine distance on dedupe", heads(shop, vectors, BASELINE)
    yield "contrastive heads on all pairs instead", heads(shop, vectors)
    yield "contrastive heads, vectors centred by taxonomy", heads(shop, unit_rows(_centred(vectors, shop.taxonomies)))
    wide = fit_compression(shop.attributes, 128).compress(shop.attributes)
    yield "contrastive heads, 128 dimensions of the PCA", heads(shop, wide)
    yield "projection of the attributes' embedding", heads(shop, projected(shop, attributes=1))
    yield "projection of ImageNet features", heads(shop, projected(shop, cnn=1))
    yield "projection of colours", heads(shop, projected(shop, colours=1))
    product = projected(shop, cnn=1, colours=2)
    yield PRODUCT, heads(shop, product)
    yield "all of it, the seed's vector copied", (cosine(product, product),)
    yield "all of it, ridge", (ridge(product, shop.train),)
    yield "all of it, cosine distance on dedupe", heads(shop, product, BASELINE)
    yield "all of it, a trunk of 64 and 128", heads(shop, product, replace(GeneratorOptions(), widths=(64, 128)))
    anything = replace(shop, taxonomies=np.zeros_like(shop.taxonomies))
    yield "all of it, negatives of any taxonomy", heads(anything, projected(anything, cnn=1, colours=2))
    centred = replace(shop, cnn=_centred(shop.cnn, shop.taxonomies), colours=_centred(shop.colours, shop.taxonomies))
    yield "all of it, features centred by taxonomy", heads(centred, projected(centred, cnn=1, colours=2))
    yield "all of it, 128 dimensions", heads(shop, projected(shop, cnn=1, colours=2, dimensions=128))
    for seed in (1, 2):
        again = projected(shop, cnn=1, colours=2, seed=seed)
        yield f"all of it, seed {seed}", heads(shop, again, replace(GeneratorOptions(), seed=seed))
    for outfits in (100, 300, 1000):
        fewer = replace(shop, train=shop.train[:: len(shop.train) // outfits][:outfits])
        yield f"all of it, {outfits} outfits", heads(fewer, projected(fewer, cnn=1, colours=2))
        yield f"attributes' PCA, contrastive heads, {outfits} outfits", heads(fewer, vectors)


def _centred(table: Array, taxonomies: Rows) -> Array:
    means = np.stack([table[taxonomies == code].mean(axis=0) for code in range(taxonomies.max() + 1)])
    return np.asarray(table - means[taxonomies], np.float32)


if __name__ == "__main__":
    main()
