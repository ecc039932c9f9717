"""Drift on real drawings: a third of the drawn shop, encoded by the packaged bundle."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.drift import (
    STYLES,
    DrawnShop,
    alarms,
    drawn_shop,
    found_when,
    found_when_moved,
    found_when_restyled,
    found_when_vanished,
)
from benchmarks.made import SEED
from service.demo.catalogue import make_products

pytestmark = pytest.mark.slow

WINDOWS = 3


@pytest.fixture(scope="module")
def shop() -> DrawnShop:
    """The reference is of the products that are asked for: a third of the shop is no window of the whole."""
    third = drawn_shop(make_products()[::3])
    return replace(third, reference=third.profile(np.arange(len(third.products)), third.vectors))


def test_windows_of_the_same_products_seldom_alarm(shop: DrawnShop) -> None:
    assert alarms(shop, np.random.default_rng(SEED), windows=20) <= 1


def test_dimensions_that_moved_are_found(shop: DrawnShop) -> None:
    assert found_when_moved(shop, WINDOWS) == 1


@pytest.mark.parametrize("style", STYLES)
def test_photos_of_another_style_are_found(shop: DrawnShop, style: str) -> None:
    assert found_when_restyled(shop, STYLES[style], WINDOWS) == 1


def test_a_colour_that_vanished_is_found(shop: DrawnShop) -> None:
    assert found_when_vanished(shop, "black", WINDOWS) == 1


def test_a_feed_of_zeros_is_found(shop: DrawnShop) -> None:
    zeros = np.zeros((1000, shop.bundle.dimensions), np.float32)
    assert found_when(shop, lambda rows, _: zeros[rows - rows], windows=WINDOWS) == 1
