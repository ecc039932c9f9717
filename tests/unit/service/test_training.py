"""What an encoder learns from outfits; that a build runs through is tested by `tests/e2e/test_build.py`."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.bundle import Bundle
from model.encoder import FROM_SCRATCH
from model.manifest import TEXT
from service.catalog import building
from service.catalog.building import Shop
from service.catalog.outfits import split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.training import DIMENSIONS, LEAST_OUTFITS
from service.home import Home
from tests.shop import COLOURS, MadeShop, make_shop
from tests.unit.service.test_building import Silent

Made = Callable[[MadeShop], tuple[Shop, Bundle]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Trains the encoder of a shop in a home of its own, by the stages of a build."""

    def train(shop: MadeShop) -> tuple[Shop, Bundle]:
        opened = Shop(Home(tmp_path_factory.mktemp("home")), load_profile(shop.profile), shop.data, Silent())
        with opened.home.writer():
            building.import_catalog(opened)
            building.train_encoder(opened, replace(FROM_SCRATCH, epochs=1))
            building.encode(opened)
        return opened, building.current_model(opened.home)

    return train


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> MadeShop:
    return make_shop(tmp_path_factory.mktemp("shop"), outfits=LEAST_OUTFITS * 2)


@pytest.fixture(scope="module")
def trained(shop: MadeShop, made: Made) -> tuple[Shop, Bundle]:
    return made(shop)


def test_the_vector_is_the_part_that_was_learned_from_outfits(trained: tuple[Shop, Bundle]) -> None:
    bundle = trained[1]
    assert bundle.manifest.training["encoder"]["outfits"] >= LEAST_OUTFITS
    assert "compression" not in bundle.manifest.metrics
    assert (bundle.manifest.dims.embedding, bundle.dimensions) == (256, DIMENSIONS)
    photo = next(iter(trained[0].data.glob("photos/*.png"))).read_bytes()
    embedding = bundle.encoder.encode([photo])
    own = (embedding - bundle.compression.mean)[0, -DIMENSIONS:]
    np.testing.assert_allclose(bundle.compression.compress(embedding)[0], own / np.linalg.norm(own), atol=1e-6)


def test_the_attributes_heads_do_not_read_it(trained: tuple[Shop, Bundle]) -> None:
    tensors = trained[1].encoder_tensors()
    assert not tensors["head.colour.weight"][:, -DIMENSIONS:].any()
    assert tensors["head.colour.weight"][:, :-DIMENSIONS].any()


def test_a_photo_has_the_vector_of_the_product_that_it_shows(trained: tuple[Shop, Bundle]) -> None:
    shop, bundle = trained
    with Record.open(shop.home.record_path, read_only=True) as record:
        ids, vectors = record.vectors(bundle.space_id)
        row = record.get(ids[:1])[ids[0]]
    found = bundle.compression.compress(bundle.encoder.encode([(shop.data / row.photos[0]).read_bytes()]))
    np.testing.assert_allclose(found[0], vectors[0], atol=1e-5)


def test_outfits_of_held_back_products_are_not_learned_from(
    shop: MadeShop, trained: tuple[Shop, Bundle], made: Made, tmp_path: Path
) -> None:
    cold = [id_ for id_ in shop.product_ids if split_of(id_) != "train"]
    other = make_shop(tmp_path, outfits=LEAST_OUTFITS * 2)
    with (other.data / "outfits.csv").open("a", newline="") as file:
        csv.writer(file).writerows([f"cold {i}", cold[(7 * i + j) % len(cold)]] for i in range(200) for j in range(3))
    assert made(other)[1].space_id == trained[1].space_id


def test_titles_change_nothing_of_what_photos_and_outfits_teach(
    shop: MadeShop, trained: tuple[Shop, Bundle], made: Made, tmp_path: Path
) -> None:
    without = tmp_path / "profile.toml"
    without.write_text(shop.profile.read_text().replace('title = "name"\n', ""))
    (tmp_path / "mapping.yaml").write_bytes((shop.profile.parent / "mapping.yaml").read_bytes())
    bundle = made(replace(shop, profile=without))[1]
    files = dict(trained[1].manifest.files)
    assert bundle.encoder.text is None
    assert files.pop(TEXT)
    assert bundle.manifest.files == files


def test_a_title_alone_finds_its_own_colour(trained: tuple[Shop, Bundle]) -> None:
    shop, bundle = trained
    with Record.open(shop.home.record_path, read_only=True) as record:
        ids, vectors = record.vectors(bundle.space_id)
        products = [record.get([id_])[id_].product for id_ in ids]
    told = bundle.encoder.encode([None] * len(ids), [product.title for product in products])
    nearest = (bundle.compression.compress(told) @ vectors.T).argmax(axis=1)
    right = [products[row].attributes["colour"] == products[i].attributes["colour"] for row, i in enumerate(nearest)]
    cold = [split_of(id_) == "test" for id_ in ids]
    assert np.mean(np.array(right)[cold]) > 2 / len(COLOURS)


def test_with_few_outfits_the_vector_is_a_pca(made: Made, tmp_path: Path) -> None:
    bundle = made(make_shop(tmp_path, outfits=20))[1]
    assert bundle.manifest.training["encoder"]["outfits"] == 0
    assert np.count_nonzero(bundle.compression.components) > DIMENSIONS
    assert 0 < bundle.manifest.metrics["compression"]["explained_variance"] <= 1


def test_a_readout_comes_with_the_encoder_and_is_judged_beside_its_heads(trained: tuple[Shop, Bundle]) -> None:
    bundle = trained[1]
    assert bundle.readout is not None
    assert bundle.readout.config.applies["Dresses"] == ("colour", "pattern")
    for found in bundle.manifest.metrics["encoder"]["attributes"].values():
        assert 0 <= found["accuracy_from_vector"] <= 1
