import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from model.compression import Compression, compression_report, fit_compression, unit_rows
from model.errors import ModelError


def embeddings(n: int = 300, e: int = 32, seed: int = 0) -> NDArray[np.float32]:
    """Rows whose dimensions matter less and less, far from the origin."""
    rng = np.random.default_rng(seed)
    mixing = np.linalg.qr(rng.standard_normal((e, e)))[0]
    spread = 0.8 ** np.arange(e)
    return np.asarray(3 + (rng.standard_normal((n, e)) * spread) @ mixing, np.float32)


@pytest.mark.parametrize("dimensions", [3, 20, 32])
def test_projections_equal_scikit_learns(dimensions: int) -> None:
    rows, unseen = embeddings(), embeddings(seed=1)
    # In doubles: in float32 scikit-learn itself is off by more than what is tested.
    pca = PCA(dimensions, svd_solver="full").fit(rows.astype(np.float64))
    found = fit_compression(rows, dimensions).project(unseen)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, pca.transform(unseen), atol=1e-5)


def test_vectors_have_unit_length() -> None:
    vectors = fit_compression(embeddings(), 10).compress(embeddings(seed=1))
    assert vectors.shape == (300, 10)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_same_embeddings_give_the_same_compression_whatever_their_layout() -> None:
    first, second = fit_compression(embeddings(), 10), fit_compression(np.asfortranarray(embeddings()), 10)
    np.testing.assert_allclose(first.components, second.components, atol=1e-6)
    again = fit_compression(embeddings(), 10)
    assert first.components.tobytes() == again.components.tobytes()


def test_tensors_make_the_same_compression_again() -> None:
    compression = fit_compression(embeddings(), 10)
    again = Compression.from_tensors(compression.tensors())
    np.testing.assert_array_equal(again.compress(embeddings()), compression.compress(embeddings()))
    assert again.dimensions == 10


def test_the_mean_embedding_stays_finite() -> None:
    compression = fit_compression(embeddings(), 10)
    np.testing.assert_array_equal(compression.compress(compression.mean[None]), np.zeros((1, 10)))


def test_too_few_products_are_refused() -> None:
    with pytest.raises(ModelError, match="50 dimensions cannot be fitted to 30 embeddings of 256"):
        fit_compression(np.zeros((30, 256), np.float32))


def test_taxonomies_change_nothing_without_a_centring() -> None:
    compression, rows = fit_compression(embeddings(), 10), embeddings(4)
    np.testing.assert_array_equal(compression.compress(rows, ["Boots", None, "Hats", ""]), compression.compress(rows))


def test_a_centring_takes_the_place_of_the_mean() -> None:
    fitted = fit_compression(embeddings(), 10)
    centroids: dict[str | None, NDArray[np.float32]] = {"Boots": embeddings(1, seed=8)[0], None: fitted.mean}
    compression = Compression(
        fitted.mean, fitted.components, lambda names: np.stack([centroids[name] for name in names])
    )
    rows = embeddings(2)
    centred = np.stack([rows[0] - centroids["Boots"], rows[1] - fitted.mean])
    found = compression.project(rows, ["Boots", None])
    np.testing.assert_allclose(found, np.asarray(centred @ fitted.components.T), atol=1e-5)
    np.testing.assert_allclose(compression.compress(rows), fitted.compress(rows), atol=1e-6)


# Unit rows.


@pytest.mark.parametrize("scale", [1e-30, 1, 1e30])
def test_unit_rows_neither_overflow_nor_vanish(scale: float) -> None:
    rows = np.array([[3, 4], [-1, 0]], np.float32) * np.float32(scale)
    np.testing.assert_allclose(unit_rows(rows), np.array([[0.6, 0.8], [-1, 0]]), rtol=1e-6)


def test_unit_rows_leave_zero_and_other_axes_alone() -> None:
    rows = np.zeros((2, 3, 4), np.float32)
    rows[0, 1, 2] = -7
    expected = np.zeros((2, 3, 4))
    expected[0, 1, 2] = -1
    np.testing.assert_array_equal(unit_rows(rows), expected)


# Report.


def test_the_report_says_what_is_kept_and_saved() -> None:
    rows = embeddings()
    report = compression_report(rows, fit_compression(rows, 8))
    assert report["explained_variance"] == pytest.approx(PCA(8).fit(rows).explained_variance_ratio_.sum(), abs=1e-5)
    assert 0.3 < report["neighbour_overlap_at_10"] < 1
    assert report["sampled_products"] == 300
    assert (report["embedding"]["bytes"], report["vector"]["bytes"]) == (32 * 4, 8 * 4)
    assert report["vector"].keys() == report["embedding"].keys() == {"dimensions", "bytes", "search_ms"}
    json.dumps(report)


def test_keeping_every_dimension_keeps_every_neighbour() -> None:
    rows = embeddings()
    report = compression_report(rows, fit_compression(rows, 32), sample=50)
    assert report["neighbour_overlap_at_10"] > 0.99
    assert report["explained_variance"] == pytest.approx(1)
    assert report["sampled_products"] == 50


def test_the_overlap_is_that_of_a_search_by_hand() -> None:
    rows = embeddings(60)
    compression = fit_compression(rows, 5)

    def nearest(unit: NDArray[np.float32]) -> list[set[int]]:
        order = np.argsort(-(unit @ unit.T), axis=1)
        return [set([other for other in row if other != i][:10]) for i, row in enumerate(order.tolist())]

    pairs = zip(nearest(unit_rows(rows - compression.mean)), nearest(compression.compress(rows)), strict=True)
    expected = np.mean([len(before & after) / 10 for before, after in pairs])
    assert compression_report(rows, compression)["neighbour_overlap_at_10"] == pytest.approx(float(expected))


def test_a_catalogue_of_a_few_products_has_a_report() -> None:
    rows = embeddings(3)
    assert compression_report(rows, fit_compression(rows, 2))["neighbour_overlap_at_10"] == 1
