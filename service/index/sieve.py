"""`Filters` over columns: which rows pass, for many rows at once.

`Filters.admit` is the definition; the contract suite holds the two together. Strings become small numbers (codes) when
a product is written, so that a search compares numbers only.

Notation used for array shapes: n products.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.domain import Filters, Gender, PriceRange, Product

Mask = NDArray[np.bool_]

ABSENT = -1
"""The code of what a product does not state, and of what no product states."""

_GENDERS: Mapping[Gender | None, int] = {None: 0, "unisex": 1, "female": 2, "male": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What filters look at, by row.

    Shapes:
        all [n]; `amount` is in the currency's main unit, NaN where the product has no price.
    """

    in_stock: Mask
    amount: NDArray[np.float64]
    currency: NDArray[np.int16]
    brand: NDArray[np.int32]
    gender: NDArray[np.int8]
    group: NDArray[np.int32]

    def rows(self, start: int, stop: int) -> Self:
        """Return a view of a stretch of rows."""
        return type(self)(**{name: getattr(self, name)[start:stop] for name in self.names()})

    def spliced(self, keep: Mask, positions: Sequence[int], added: Self) -> Self:
        """Return the rows of `keep` with those of `added` put in before `positions`."""
        return type(self)(
            **{name: np.insert(getattr(self, name)[keep], positions, getattr(added, name)) for name in self.names()}
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all parts, one after the other."""
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in cls.names()})

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the columns' names: those of their files."""
        return tuple(field.name for field in fields(cls))


class Codes:
    """Numbers for currencies, brands (without regard to case) and groups; a new value gets the next number."""

    def __init__(
        self,
        currencies: Iterable[str] = (),
        brands: Iterable[str] = (),
        stored_group: Callable[[str], int | None] = lambda _: None,
        stored_groups: int = 0,
    ) -> None:
        self.currencies = {currency: code for code, currency in enumerate(currencies)}
        self.brands = {brand: code for code, brand in enumerate(brands)}
        self.groups: dict[str, int] = {}
        self._stored_group = stored_group
        self._stored_groups = stored_groups

    def group(self, group_id: str) -> int:
        """Return the code of a known group, or ABSENT."""
        stored = self._stored_group(group_id)
        return self.groups.get(group_id, ABSENT) if stored is None else stored

    def columns(self, products: Sequence[Product]) -> Columns:
        """Encode products, giving numbers to values not met before."""
        prices = [product.asking_price for product in products]
        return Columns(
            in_stock=np.array([product.in_stock for product in products], np.bool_),
            amount=np.array([price.amount if price else np.nan for price in prices], np.float64),
            currency=np.array([self._currency(price.currency) if price else ABSENT for price in prices], np.int16),
            brand=np.array([self._brand(product.brand) for product in products], np.int32),
            gender=np.array([_GENDERS[product.gender] for product in products], np.int8),
            group=np.array([self._group(product.group_id) for product in products], np.int32),
        )

    def _currency(self, currency: str) -> int:
        return self.currencies.setdefault(currency, len(self.currencies))

    def _brand(self, brand: str | None) -> int:
        return self.brands.setdefault((brand or "").casefold(), len(self.brands))

    def _group(self, group_id: str | None) -> int:
        if group_id is None:
            return ABSENT
        known = self.group(group_id)
        return self.groups.setdefault(group_id, self._stored_groups + len(self.groups)) if known == ABSENT else known


class Sieve:
    """`Filters` but for `exclude_ids`, made ready to be laid over columns."""

    def __init__(self, filters: Filters, codes: Codes) -> None:
        self._in_stock = filters.in_stock
        self._price = filters.price
        self._currency = codes.currencies.get(filters.price.currency) if filters.price else None
        self._brands = _brand_table(filters, codes)
        self._genders = _gender_table(filters.gender)
        self._groups = [code for group in filters.exclude_groups if (code := codes.group(group)) != ABSENT]

    def mask(self, columns: Columns) -> Mask | None:
        """Return which rows pass; None means that all do. The result may be a column itself: do not write to it."""
        passed = list(self._passed(columns))
        return reduce(np.logical_and, passed) if passed else None

    def _passed(self, columns: Columns) -> Iterator[Mask]:
        if self._in_stock:
            yield columns.in_stock
        if self._price is not None:
            yield from _priced(columns, self._price, self._currency)
        if self._brands is not None:
            yield self._brands[columns.brand]
        if self._genders is not None:
            yield self._genders[columns.gender]
        # One comparison each: groups are excluded a few at a time, and np.isin costs more than that by itself.
        for group in self._groups:
            yield columns.group != group


def _priced(columns: Columns, allowed: PriceRange, currency: int | None) -> Iterator[Mask]:
    # A currency that nothing is priced in: no row's, not even the ABSENT of products without a price.
    yield columns.currency == (ABSENT - 1 if currency is None else currency)
    if allowed.minimum is not None:
        yield columns.amount >= allowed.minimum
    if allowed.maximum is not None:
        yield columns.amount <= allowed.maximum


def _brand_table(filters: Filters, codes: Codes) -> Mask | None:
    """Return whether each brand code passes."""
    if not filters.brands and not filters.exclude_brands:
        return None
    passes = np.full(len(codes.brands), not filters.brands)
    for brand in filters.brands:
        if (code := codes.brands.get(brand.casefold())) is not None:
            passes[code] = True
    for brand in filters.exclude_brands:
        if (code := codes.brands.get(brand.casefold())) is not None:
            passes[code] = False
    return passes


def _gender_table(asked: Gender | None) -> Mask | None:
    """Return whether each gender code passes."""
    if asked is None:
        return None
    passes = np.zeros(len(_GENDERS), np.bool_)
    passes[[_GENDERS[None], _GENDERS["unisex"], _GENDERS[asked]]] = True
    return passes
