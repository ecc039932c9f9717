import csv
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from mappings.checker import check_mapping
from mappings.loader import load_mapping
from model.photos import views
from service.catalog.importing import import_feed
from service.catalog.outfits import read_outfits
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.demo import feed
from service.demo.catalogue import DemoProduct
from service.demo.outfits import compose_outfits
from service.domain import Product
from service.taxonomy import TaxonomyTree


@pytest.fixture(scope="module")
def folder(
    made: Sequence[DemoProduct], outfits: Sequence[Sequence[Product]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The whole shop's files, with the photos of every eightieth product."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "photos").mkdir()
    for one in made[::80]:
        feed.write_photo(folder, one)
    feed.write_feed(folder, made)
    feed.write_outfits(folder, [[product.product_id for product in outfit] for outfit in outfits])
    feed.write_mapping(folder)
    feed.write_profile(folder)
    return folder


def test_the_import_refuses_no_row_and_reads_what_was_made(
    folder: Path, made: Sequence[DemoProduct], products: Mapping[str, Product], tmp_path: Path
) -> None:
    profile = load_profile(folder / "profile.toml")
    with Record.open(tmp_path / "catalog.sqlite") as record:
        report = import_feed(profile, folder, record, progress=lambda _done, _of: None)
        imported = list(record.products())
    assert (report.refused, report.added) == (0, len(made))
    drawn = {one.product.product_id: f"/photos/{one.photo}" for one in made[::80]}
    assert {one.product.product_id: one.product for one in imported} == {
        product_id: expected(product, drawn.get(product_id)) for product_id, product in products.items()
    }
    assert sum(len(one.photos) for one in imported) == len(made[::80])


def expected(product: Product, image_url: str | None) -> Product:
    """A feed cannot tell an empty description from none; a photo is shown by the service."""
    fields = {name: getattr(product, name) for name in Product.__slots__}
    return Product(**{**fields, "description": product.description or None, "image_url": image_url})


def test_the_outfits_name_the_catalogues_products(folder: Path, products: Mapping[str, Product]) -> None:
    source = load_profile(folder / "profile.toml").outfits
    assert source is not None
    read = read_outfits(source, folder, products.keys())
    assert (read.unknown, read.errors, read.too_short) == ({}, (), 0)
    assert len(read.outfits) >= 3000


def test_the_mapping_fits_the_catalogue_without_a_warning(folder: Path, products: Mapping[str, Product]) -> None:
    tree = TaxonomyTree.of((product.taxonomy, product.taxonomy_path) for product in products.values())
    paths = {name: tree.path(name) for name in tree.counts}
    ancestors = {name for path in paths.values() for name in path}
    report = check_mapping(load_mapping(folder / "mapping.yaml"), tree.counts, ancestors, paths)
    assert report.is_clean, [str(finding) for finding in report.findings]


def test_the_profile_lists_the_attributes_of_the_feed(folder: Path) -> None:
    kinds = load_profile(folder / "profile.toml").attribute_kinds
    assert tuple(kinds) == feed.ATTRIBUTES
    assert {name for name, kind in kinds.items() if kind == "multi"} == {"colours", "season", "occasion"}


def test_photos_are_what_the_encoder_takes(folder: Path, made: Sequence[DemoProduct]) -> None:
    for one in islice(made, 0, None, 80):
        path = folder / one.photo
        assert views(path.read_bytes(), 64).shape == (2, 3, 64, 64)
        with Image.open(path) as photo:
            assert (photo.format, photo.size) == ("WEBP", (320, 400))
    sizes = [path.stat().st_size for path in (folder / "photos").iterdir()]
    assert sum(sizes) / len(sizes) < 15_000


def test_every_photo_has_content_of_its_own(folder: Path) -> None:
    contents = [path.read_bytes() for path in (folder / "photos").iterdir()]
    assert len(set(contents)) == len(contents)


def test_a_folder_may_be_written_twice_with_the_same_bytes(
    folder: Path, made: Sequence[DemoProduct], tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    feed.write_photo(tmp_path, made[0])
    feed.write_feed(tmp_path, made)
    feed.write_mapping(tmp_path)
    for name in (made[0].photo, "products.csv", "mapping.yaml"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_outfits_are_one_row_a_product(tmp_path: Path, products: Mapping[str, Product]) -> None:
    some = compose_outfits(list(products.values()), count=2)
    feed.write_outfits(tmp_path, some)
    with (tmp_path / "outfits.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["outfit", "product"]
    assert [tuple(row) for row in rows[1:]] == [
        (str(n), one) for n, outfit in enumerate(some, start=1) for one in outfit
    ]
