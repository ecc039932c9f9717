"""Does a look stay free of what has no place in it?"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from service.checking.checks import Case, failures
from service.checking.subject import Answer, NotAsked, Subject
from service.domain import Look, Outfit, Product

SEASON = "season"
"""The attribute whose values say when a product is worn."""

OTHER = {"female": "male", "male": "female"}


async def never_the_seed(subject: Subject) -> list[Case]:
    """Look for the seed, and for variants of it, among the products of its taxonomy."""

    def fails(answer: Answer, outfit: Outfit) -> bool:
        seed = answer.seed.product
        return any(_same_model(seed, product) for look in outfit.looks for product in _products(look))

    return failures(_judged(await subject.crowded(), fails))


def _same_model(one: Product, other: Product) -> bool:
    return one.product_id == other.product_id or (one.group_id is not None and one.group_id == other.group_id)


async def never_twice_in_a_look(subject: Subject) -> list[Case]:
    """Look for a product in two slots, which all have the seed's taxonomy, or twice in one."""

    def fails(_: Answer, outfit: Outfit) -> bool:
        looks = [[product.product_id for product in _products(look)] for look in outfit.looks]
        return any(len(look) > len(set(look)) for look in looks)

    return failures(_judged(await subject.crowded(), fails))


async def never_out_of_stock(subject: Subject) -> list[Case]:
    """Look for what a shopper cannot have."""

    def fails(_: Answer, outfit: Outfit) -> bool:
        return not all(product.in_stock for look in outfit.looks for product in _products(look))

    return await _surveyed(subject, fails)


async def never_filtered(subject: Subject) -> list[Case]:
    """Look for what the request's filters (gender, prices, brands) leave out."""

    def fails(answer: Answer, outfit: Outfit) -> bool:
        admit = answer.request.filters.admit
        return not all(admit(product) for look in outfit.looks for product in _products(look))

    return await _surveyed(subject, fails)


async def never_both_genders(subject: Subject) -> list[Case]:
    """Look for men's products beside a women's seed, and the reverse, where no filter asks for either."""
    gendered = [answer for answer in await subject.survey() if answer.seed.product.gender in OTHER]
    if not gendered:
        raise NotAsked("no product states a gender of its own")

    def fails(answer: Answer, outfit: Outfit) -> bool:
        other = OTHER[answer.seed.product.gender or ""]
        return any(product.gender == other for look in outfit.looks for product in _products(look))

    return failures(_judged((answer for answer in gendered if answer.request.filters.gender is None), fails))


async def never_seasons_apart(subject: Subject) -> list[Case]:
    """Look at the first candidates for a pair, the seed included, that is worn in no season together."""
    if not any(SEASON in item.product.attributes for item in subject.items):
        raise NotAsked(f"no product states a {SEASON}")
    return failures(_looks(await subject.survey(), _apart))


def _apart(products: Sequence[Product]) -> bool:
    stated = [seasons for product in products if (seasons := {*product.attributes.get(SEASON, ())})]
    return any(one.isdisjoint(other) for one in stated for other in stated)


async def never_one_taxonomy_twice(subject: Subject) -> list[Case]:
    """Look at the first candidates for two of one taxonomy, the seed's included: two trousers, say."""
    return failures(_looks(await subject.survey(), _share_a_taxonomy))


def _share_a_taxonomy(products: Sequence[Product]) -> bool:
    return len({product.taxonomy for product in products}) < len(products)


def _looks(answers: Iterable[Answer], fails: Callable[[Sequence[Product]], bool]) -> Iterator[tuple[str, bool]]:
    """Judge every look by the seed and its slots' first candidates."""
    for answer in answers:
        for number, look in enumerate(answer.outfit.looks if answer.outfit else (), start=1):
            worn = [answer.seed.product, *(slot.candidates[0].product for slot in look.slots if slot.candidates)]
            yield f"{answer.seed.product.product_id}, look {number}", fails(worn)


def _products(look: Look) -> Iterator[Product]:
    return (candidate.product for slot in look.slots for candidate in slot.candidates)


async def _surveyed(subject: Subject, fails: Callable[[Answer, Outfit], bool]) -> list[Case]:
    return failures(_judged(await subject.survey(), fails))


def _judged(answers: Iterable[Answer], fails: Callable[[Answer, Outfit], bool]) -> Iterator[tuple[str, bool]]:
    for answer in answers:
        if answer.outfit is not None:
            yield answer.seed.product.product_id, fails(answer, answer.outfit)
