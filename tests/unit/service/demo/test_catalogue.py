from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from service.demo.assortment import FORMALITIES
from service.demo.catalogue import LINES, DemoProduct, make_products
from service.demo.drawing import DRAWINGS
from service.demo.fabrics import Fabric
from service.demo.texts import titled
from service.demo.vocabulary import BRANDS, COLOURS, PAIRED
from service.domain import Product


def test_a_shop_of_more_than_600_products_in_more_than_25_taxonomies(products: Mapping[str, Product]) -> None:
    taxonomies = Counter(product.taxonomy for product in products.values())
    assert len(products) > 600
    assert len(taxonomies) > 25
    assert min(taxonomies.values()) >= 5
    assert {product.gender for product in products.values()} == {"female", "male", "unisex"}


def test_the_same_seed_makes_the_same_shop_and_another_makes_another(made: Sequence[DemoProduct]) -> None:
    assert make_products() == made
    assert make_products(seed=1) != made


def test_no_two_products_are_made_alike(made: Sequence[DemoProduct]) -> None:
    looks = [(one.product.taxonomy, *one.product.attributes.items(), *one.design.cut.items()) for one in made]
    assert len(set(looks)) == len(looks)
    assert len({one.product.product_id for one in made}) == len(made)


def test_variants_of_a_group_differ_in_colour_alone(made: Sequence[DemoProduct]) -> None:
    groups = defaultdict(list)
    for one in made:
        groups[one.product.group_id].append(one)
    assert max(len(group) for group in groups.values()) > 1
    for group in groups.values():
        assert len({(one.design.fabric.colour, one.design.fabric.accent) for one in group}) == len(group)
        assert len({one.product.price for one in group}) == 1
        assert len({one.product.taxonomy for one in group}) == 1


def test_a_taxonomy_is_for_one_gender(products: Mapping[str, Product]) -> None:
    genders = defaultdict(set)
    for product in products.values():
        genders[product.taxonomy].add(product.gender)
    assert all(len(of_taxonomy) == 1 for of_taxonomy in genders.values())


def test_labels_are_known_words(products: Mapping[str, Product]) -> None:
    for product in products.values():
        assert set(product.attributes["colours"]) <= set(COLOURS)
        assert product.attributes["colour"][0] == product.attributes["colours"][0]
        assert product.attributes["formality"][0] in FORMALITIES


def test_every_attribute_has_labels_that_are_frequent_enough_to_learn(products: Mapping[str, Product]) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for product in products.values():
        for name, labels in product.attributes.items():
            counts[name].update(labels)
    assert {"colour", "colours", "pattern", "material", "sleeve", "length", "neckline", "heel"} <= counts.keys()
    assert all(sum(count >= 5 for count in labels.values()) >= 2 for labels in counts.values())


def test_sale_prices_are_lower_and_some_products_are_sold_out(products: Mapping[str, Product]) -> None:
    on_sale = [product for product in products.values() if product.sale_price]
    assert 0.1 < len(on_sale) / len(products) < 0.3
    for product in on_sale:
        assert product.price is not None
        assert product.sale_price is not None
        assert 0 < product.sale_price.amount < product.price.amount
    assert 0.02 < sum(not product.in_stock for product in products.values()) / len(products) < 0.2


def test_vendors_call_one_colour_many_names(products: Mapping[str, Product]) -> None:
    titles = " ".join(product.title or "" for product in products.values()).casefold()
    assert all(word in titles for word in ("ruby", "camel", "grey", "gray", "bordeaux"))
    assert len({product.brand for product in products.values()}) > len(BRANDS), "some are misspelt"


def test_no_title_has_gaps_where_a_word_is_missing(products: Mapping[str, Product]) -> None:
    for product in products.values():
        assert product.title
        assert "  " not in product.title
        assert not product.title.endswith((" ", "-", ",", " with", " in"))


def test_a_title_is_written_in_the_brands_manner() -> None:
    words = {
        "model": "Lotte",
        "colour": "ruby",
        "pattern": "",
        "material": "satin",
        "cut": "midi wrap",
        "noun": "dress",
    }
    titles = {brand.name: titled(brand, words) for brand in BRANDS}
    assert titles["Aldona"] == "Ruby satin midi wrap dress"
    assert titles["DUSK"] == "LOTTE MIDI WRAP DRESS RUBY"
    assert titles["Sable Lane"] == "Satin dress with midi wrap - ruby"
    assert titles["Nord/Sud"] == "Dress Lotte ruby"


def test_all_lines_can_be_drawn_and_paired() -> None:
    assert {line.kind for line in LINES} == DRAWINGS.keys()
    assert len({line.code for line in LINES}) == len({line.taxonomy for line in LINES}) == len(LINES)
    patterned = {
        colour for line in LINES for style in line.styles if style.patterns != ("plain",) for colour in style.colours
    }
    assert patterned <= PAIRED.keys()


def test_a_trimming_is_the_same_cloth_without_the_pattern() -> None:
    fabric = Fabric((200, 100, 50), (0, 0, 0), "wool", "check")
    assert fabric.plain == Fabric((200, 100, 50), (0, 0, 0), "wool", "plain")
    assert fabric.shaded(0.5).colour == (100, 50, 25)
    assert fabric.shaded(2).colour == (255, 255, 255)
