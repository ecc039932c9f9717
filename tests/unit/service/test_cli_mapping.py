"""`kitsune mapping` on a small record."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mappings import load_mapping
from service.cli import app

KINDS = ["Dresses", "Shoes", "Handbags", "Coats & Jackets"]
MAPPING = """\
version: 1
name: small
taxonomies:
  Dresses:
    - {id: day, for: women, slots: [Shoes, Handbags, Coats & Jackets]}
    - {id: rain, slots: [Wellies, Handbags, Coats & Jackets]}
  Shoes: {no outfit: a reason}
"""
Kitsune = Callable[..., Result]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    rows = [f"{n},{KINDS[n % 4]},{'male' if n == 0 else 'female'}" for n in range(40)]
    (tmp_path / "feed.csv").write_text("\n".join(["id,kind,sex", *rows]) + "\n")
    outfits = [f"{n},{4 * (n * kind % 10) + kind}" for n in range(30) for kind in range(4)]
    (tmp_path / "outfits.csv").write_text("\n".join(["outfit,id", *outfits]) + "\n")
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "profile.toml").write_text(
        'mapping = "google"\n[feed]\npath = "feed.csv"\n[columns]\nid = "id"\ntaxonomy = "kind"\ngender = "sex"\n'
        '[outfits]\npath = "outfits.csv"\noutfit = "outfit"\nproduct = "id"\n'
    )
    return tmp_path


@pytest.fixture
def run(shop: Path) -> Kitsune:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(shop / "home")])

    run("catalog", "import", "--profile", str(shop / "profile.toml"), "--data", str(shop))
    return run


def test_what_a_catalogue_is_dressed_with_is_counted(run: Kitsune, shop: Path) -> None:
    found = json.loads(run("mapping", "check", str(shop / "mapping.yaml"), "--json").stdout)
    assert (found["mapping"], found["products"], found["served"]) == ("small", 40, 9)
    dresses = next(row for row in found["taxonomies"] if row["taxonomy"] == "Dresses")
    assert dresses == {
        "taxonomy": "Dresses",
        "products": 10,
        "served": 9,
        "templates": 2,
        "usable": 1,
        "default": "day",
        "inherited_from": None,
        "left_out": None,
    }
    assert found["dead_slots"] == [{"slot": "Wellies", "templates": [{"seed": "Dresses", "id": "rain"}]}]
    assert found["never_shown"] == ["Dresses"]


def test_the_table_says_what_the_figures_say(run: Kitsune, shop: Path) -> None:
    shown = run("mapping", "check", str(shop / "mapping.yaml"))
    assert shown.exit_code == 8
    assert "9 of 40 products (22.5%)" in shown.stdout
    assert "Wellies (1)" in shown.stdout
    assert "left out: a reason" in " ".join(shown.stdout.split())


def test_the_packaged_mapping_is_checked_by_its_name(run: Kitsune) -> None:
    shown = run("mapping", "check", "google")
    assert "mapping google" in shown.stdout
    assert "'Shoes': 10 of 10 products get no template that the catalogue can fill." in " ".join(shown.stdout.split())
    assert shown.exit_code == 8


def test_a_mapping_that_serves_every_seed_ends_well_in_spite_of_warnings(run: Kitsune, shop: Path) -> None:
    every = "\n".join(f"  {kind}: [{{id: day, slots: [Dresses, Shoes, Handbags]}}]" for kind in KINDS)
    (shop / "every.yaml").write_text(f"version: 1\nname: every\ntaxonomies:\n{every}\n")
    shown = run("mapping", "check", str(shop / "every.yaml"))
    assert "The mapping fits the catalogue." not in shown.stdout
    assert "is that meant?" in shown.stdout
    assert shown.exit_code == 0


def test_without_a_release_a_mapping_has_to_be_named(run: Kitsune) -> None:
    refused = run("mapping", "check")
    assert refused.exit_code == 10
    assert "name a file" in refused.stderr


def test_the_mapping_that_is_served_is_checked_by_default(run: Kitsune, shop: Path) -> None:
    pointer = {"bundle": "b", "generation": "g", "mapping": "m"}
    (shop / "home" / "current.json").write_text(json.dumps({"format_version": 1, "current": pointer, "previous": None}))
    (shop / "home" / "mappings" / "m.yaml").write_text(MAPPING)
    assert json.loads(run("mapping", "check", "--json").stdout)["mapping"] == "small"


def mine(run: Kitsune, shop: Path, output: Path, *options: str) -> Result:
    return run("mapping", "mine", str(output), "--profile", str(shop / "profile.toml"), "--data", str(shop), *options)


def test_mined_templates_are_written_and_judged(run: Kitsune, shop: Path) -> None:
    done = mine(run, shop, shop / "mined.yaml", "--json")
    found = json.loads(done.stdout)
    assert (found["outfits"] + found["held_out"], found["written"]) == (30, str(shop / "mined.yaml"))
    assert found["scores"].keys() == {"mined", "popular", "own mapping"}
    assert load_mapping(shop / "mined.yaml").taxonomies.keys() == set(KINDS)


def test_too_few_outfits_to_mine_are_refused(run: Kitsune, shop: Path) -> None:
    (shop / "outfits.csv").write_text("outfit,id\n1,1\n1,2\n1,3\n1,4\n")
    refused = mine(run, shop, shop / "mined.yaml")
    assert refused.exit_code == 8
    assert "write templates by hand" in " ".join(refused.stderr.split())
    assert not (shop / "mined.yaml").exists()


def test_where_nothing_can_be_written_it_is_said(run: Kitsune, shop: Path) -> None:
    refused = mine(run, shop, shop / "nowhere" / "mined.yaml")
    assert refused.exit_code == 8
    assert "name another file" in " ".join(refused.stderr.split())
