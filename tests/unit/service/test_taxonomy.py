from service.taxonomy import TaxonomyCount, TaxonomyTree

TREE = TaxonomyTree.of(
    [
        ("Boots", ("Women", "Shoes")),
        ("Boots", ("Women", "Shoes")),
        ("Boots", ("Men",)),
        ("Tops", ("Women", "Tops")),
        ("Shirts", ("Women", "Tops")),
    ]
)


def test_counts_add_up_over_the_paths_of_a_taxonomy() -> None:
    assert TREE.counts == {"Boots": 3, "Tops": 1, "Shirts": 1}


def test_the_path_of_a_taxonomy_is_the_one_that_most_products_have() -> None:
    assert TREE.path("Boots") == ("Women", "Shoes")


def test_an_unknown_taxonomy_has_no_path_and_no_leaves() -> None:
    assert TREE.path("Kilts") == ()
    assert TREE.leaves("Kilts") == ()
    assert TREE.name("Kilts") is None


def test_an_ancestor_stands_for_its_descendants() -> None:
    assert TREE.leaves("Women") == ("Boots", "Shirts", "Tops")


def test_every_path_makes_an_ancestor() -> None:
    assert TREE.leaves("Men") == ("Boots",)


def test_a_name_that_is_both_taxonomy_and_ancestor_means_the_taxonomy() -> None:
    assert TREE.leaves("Tops") == ("Tops",)


def test_names_match_without_case() -> None:
    assert TREE.name("bOOTS") == "Boots"


def test_misspelt_names_find_the_closest() -> None:
    assert TREE.closest("Boot")[0] == "Boots"
    assert TREE.closest("zzzz") == ()


def test_a_taxonomy_without_products_is_not_there() -> None:
    tree = TaxonomyTree([TaxonomyCount("Boots", (), 0)])
    assert tree.name("Boots") is None
