import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import ModelError
from model.projection import Block, Projection, ProjectionOptions, train_projection

PRODUCTS = 240
STYLES = 12
NOISE = 30
BLOCKS = (Block(slice(0, NOISE), 20, 1, standardised=True), Block(slice(NOISE, None), 12, 2))
QUICK = ProjectionOptions(dimensions=8, epochs=6, batch_size=64, learning_rate=1e-2)


def made_shop(seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64], list[NDArray[np.int64]]]:
    """Features that are loud noise beside a faint style; outfits are of one style, a product of each taxonomy."""
    rng = np.random.default_rng(seed)
    styles, taxonomies = np.arange(PRODUCTS) % STYLES, np.arange(PRODUCTS) // STYLES % 4
    features = np.concatenate(
        [rng.normal(5, 3, (PRODUCTS, NOISE)), np.eye(STYLES)[styles] + rng.normal(0, 0.05, (PRODUCTS, STYLES))], axis=1
    )
    pieces = [[np.flatnonzero((styles == s) & (taxonomies == t)) for t in range(4)] for s in range(STYLES)]
    outfits = [np.array([rng.choice(part) for part in pieces[i % STYLES]], np.int64) for i in range(200)]
    return features.astype(np.float32), taxonomies.astype(np.int64), outfits


def trained(options: ProjectionOptions = QUICK) -> Projection:
    features, taxonomies, outfits = made_shop()
    return train_projection(features, BLOCKS, taxonomies, outfits, options=options, progress=lambda *_: None)


def vectors(projection: Projection) -> NDArray[np.float32]:
    found = made_shop()[0] @ projection.weight.T + projection.bias
    return found / np.linalg.norm(found, axis=1, keepdims=True)  # type: ignore[no-any-return]


def test_the_loss_goes_down() -> None:
    losses = trained().report["train_loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_products_that_go_together_come_together() -> None:
    projected = vectors(trained())
    styles = np.arange(PRODUCTS) % STYLES
    cosines, alike = projected @ projected.T, styles[:, None] == styles
    assert cosines[alike].mean() > cosines[~alike].mean() + 0.4
    features = made_shop()[0]
    plain = features - features.mean(axis=0)
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    assert (plain @ plain.T)[alike].mean() < (plain @ plain.T)[~alike].mean() + 0.2


def test_it_is_centred_and_of_length_one_on_the_whole() -> None:
    projection = trained()
    found = made_shop()[0] @ projection.weight.T + projection.bias
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    assert np.square(found).sum(axis=1).mean() == pytest.approx(1, abs=1e-3)


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    assert trained().weight.tobytes() == trained().weight.tobytes()
    assert trained(ProjectionOptions(dimensions=8, epochs=1, seed=1)).weight.tobytes() != trained().weight.tobytes()


def test_more_components_than_there_are_columns_are_as_many_as_there_are() -> None:
    assert trained().weight.shape == (8, NOISE + STYLES)
    assert trained().report["components"] == 20 + 12


def test_a_column_that_never_varies_weighs_nothing() -> None:
    features, taxonomies, outfits = made_shop()
    features[:, 0] = 7
    projection = train_projection(features, BLOCKS, taxonomies, outfits, options=QUICK, progress=lambda *_: None)
    assert np.isfinite(projection.weight).all()
    assert not projection.weight[:, 0].any()


def test_progress_ends_at_its_total() -> None:
    told: list[tuple[int, int]] = []
    features, taxonomies, outfits = made_shop()
    train_projection(
        features, BLOCKS, taxonomies, outfits, options=QUICK, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(epoch + 1, 6) for epoch in range(6)]


def test_without_outfits_there_is_nothing_to_train_on() -> None:
    features, taxonomies, _ = made_shop()
    with pytest.raises(ModelError, match="nothing to train on"):
        train_projection(features, BLOCKS, taxonomies, [], options=QUICK, progress=lambda *_: None)
