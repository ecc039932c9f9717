"""From feed and outfits to looks, by the commands that people type."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from service.home import Home
from tests.conftest import KITSUNE, MadeHome, kitsune, shop_arguments
from tests.shop import MEN, MadeShop, make_shop

pytestmark = pytest.mark.slow

STAGES = ["catalog import", "encoder train", "encode", "generator train", "index build"]


def answers(home: Path, seeds: list[str]) -> list[object]:
    """Ask for outfits; ids of answers and of generations, which differ by nature, are left out."""
    asked = [
        json.loads(kitsune(["outfit", seed, "--home", str(home), "--looks", "3", "--json"]).stdout) for seed in seeds
    ]
    return [(answer["looks"], answer["versions"]["bundle"], answer["template"]) for answer in asked]


def build(shop: MadeShop, home: Path, *options: str) -> dict[str, dict[str, object]]:
    run = kitsune(["build", *shop_arguments(shop, home), "--backbone", "small", "--json", *options])
    stages: dict[str, dict[str, object]] = json.loads(run.stdout)
    return stages


@pytest.fixture
def copied_home(made_home: MadeHome, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_home.path, tmp_path / "home"))


def test_a_product_gets_a_look_out_of_its_own_catalogue(made_home: MadeHome) -> None:
    run = kitsune(["outfit", "dresses-red-plain-0", "--home", str(made_home.path), "--json"])
    (look,) = json.loads(run.stdout)["looks"]
    shown = [candidate["product"]["product_id"] for slot in look["slots"] for candidate in slot["candidates"]]
    assert len(shown) > 3
    assert set(shown) <= set(made_home.shop.product_ids)


def test_a_second_build_redoes_nothing(made_home: MadeHome, copied_home: Path) -> None:
    before = Home(copied_home).current()
    stages = build(made_home.shop, copied_home)
    assert [name for name, stage in stages.items() if not stage["skipped"]] == []
    assert list(stages) == STAGES
    assert Home(copied_home).current() == before


def test_a_changed_price_does_not_train_anything_again(made_home: MadeHome, copied_home: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(made_home.shop.data, tmp_path / "data"))
    feed = data / "products.csv"
    feed.write_text(feed.read_text().replace(".00 EUR", ".50 EUR"))
    stages = build(MadeShop(data, made_home.shop.profile, ()), copied_home)
    assert [name for name, stage in stages.items() if not stage["skipped"]] == ["catalog import", "index build"]
    assert stages["catalog import"]["changed"] == len(made_home.shop.product_ids)


def test_a_changed_photo_is_encoded_again(made_home: MadeHome, copied_home: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(made_home.shop.data, tmp_path / "data"))
    shutil.copyfile(data / "photos/totes-red-dot-0.png", data / "photos/totes-blue-dot-0.png")
    shop = MadeShop(data, made_home.shop.profile, ())
    kitsune(["catalog", "import", *shop_arguments(shop, copied_home)])
    encoded = json.loads(kitsune(["encode", *shop_arguments(shop, copied_home), "--json"]).stdout)
    assert encoded["encode"]["encoded"] == 1


def test_a_build_that_is_killed_in_every_stage_ends_like_one_that_was_not(made_home: MadeHome, tmp_path: Path) -> None:
    home = tmp_path / "home"
    work = home / "work"
    done_when: list[Callable[[], bool]] = [
        (home / "catalog.sqlite-wal").exists,
        lambda: any((work / "features").glob("*.sqlite")),
        lambda: any((work / "drafts").glob("[!.]*")),
        lambda: any((home / "bundles").glob("*")),
        lambda: any((home / "generations").glob(".*")),
    ]
    for seen in done_when:
        kill_when(seen, ["build", *shop_arguments(made_home.shop, home), "--backbone", "small"])
    build(made_home.shop, home)
    seeds = list(made_home.shop.product_ids[::20])
    assert answers(home, seeds) == answers(made_home.path, seeds)


def kill_when(seen: Callable[[], bool], arguments: list[str]) -> None:
    process = subprocess.Popen([*KITSUNE, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not seen():
        time.sleep(0.005)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_bundle_dresses_another_shop_that_has_no_outfits(made_home: MadeHome, tmp_path: Path) -> None:
    shop = make_shop(tmp_path, MEN, seed=1)
    (shop.data / "outfits.csv").unlink()
    (bundle,) = (made_home.path / "bundles").iterdir()
    stages = build(shop, tmp_path / "home", "--bundle", str(bundle))
    assert list(stages) == ["catalog import", "bundle install", "encode", "index build"]
    run = kitsune(["outfit", "shirts-blue-stripe-0", "--home", str(tmp_path / "home"), "--json"])
    answer = json.loads(run.stdout)
    (look,) = answer["looks"]
    assert [slot["taxonomy"] for slot in look["slots"]] == ["Chinos", "Brogues", "Belts"]
    assert all(slot["candidates"] for slot in look["slots"])
    assert answer["versions"]["bundle"] == bundle.name


def test_a_rollback_serves_the_release_before(made_home: MadeHome, copied_home: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(made_home.shop.data, tmp_path / "data"))
    feed = data / "products.csv"
    feed.write_text(feed.read_text().replace(".00 EUR", ".50 EUR"))
    before = Home(copied_home).current()
    build(MadeShop(data, made_home.shop.profile, ()), copied_home)
    assert Home(copied_home).current() != before
    kitsune(["rollback", "--home", str(copied_home)])
    assert Home(copied_home).current() == before


def test_a_generation_that_is_damaged_is_built_anew(made_home: MadeHome, copied_home: Path) -> None:
    damaged = Home(copied_home).current()
    assert damaged is not None
    vectors = copied_home / "generations" / damaged.generation / "vectors.f32"
    vectors.write_bytes(bytes([vectors.read_bytes()[0] ^ 1]) + vectors.read_bytes()[1:])
    assert kitsune(["outfit", "dresses-red-plain-0", "--home", str(copied_home)], check=False).returncode == 10
    stages = build(made_home.shop, copied_home)
    assert [name for name, stage in stages.items() if not stage["skipped"]] == ["index build"]
    assert Home(copied_home).current() != damaged
    seeds = ["dresses-red-plain-0"]
    assert answers(copied_home, seeds) == answers(made_home.path, seeds)


def test_two_builds_of_one_home_do_not_mix(made_home: MadeHome, copied_home: Path) -> None:
    with Home(copied_home).writer():
        run = kitsune(["index", "build", *shop_arguments(made_home.shop, copied_home)], check=False)
    assert run.returncode == 11
    assert str(os.getpid()) in run.stderr


def test_a_damaged_bundle_is_refused_by_name(copied_home: Path) -> None:
    (bundle,) = (copied_home / "bundles").iterdir()
    damaged = bundle / "generator.safetensors"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    run = kitsune(["bundle", "verify", str(bundle)], check=False)
    assert run.returncode == 9
    assert "generator.safetensors" in run.stderr
    outfit = kitsune(["outfit", "dresses-red-plain-0", "--home", str(copied_home)], check=False)
    assert outfit.returncode == 9


def test_a_home_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    run = kitsune(["outfit", "anything", "--home", str(tmp_path)], check=False)
    assert run.returncode == 10
    assert "kitsune build" in run.stderr


def test_a_profile_that_names_a_missing_column_stops_at_once(made_shop: MadeShop, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(made_shop.profile.read_text().replace('title = "name"', 'title = "nmae"'))
    shop = MadeShop(made_shop.data, profile, ())
    run = kitsune(["catalog", "import", *shop_arguments(shop, tmp_path / "home")], check=False)
    assert run.returncode == 6
    assert "Closest: name." in run.stderr


def test_the_evaluation_compares_with_naive_rows(made_home: MadeHome) -> None:
    measured = json.loads(kitsune(["evaluate", *made_home.arguments(), "--json"]).stdout)
    rows = [row["name"] for row in measured["evaluation"]["rows"]]
    naive = {"random", "popularity", "copy the seed", "colour histogram", "histogram and features", "colour PMI"}
    assert {"generator", *naive} <= set(rows)
    assert measured["honest"]


def test_a_bundle_of_another_seed_stands_beside_its_twin_and_what_is_served_until_it_is_promoted(
    made_home: MadeHome, copied_home: Path
) -> None:
    arguments = shop_arguments(made_home.shop, copied_home)
    served = Home(copied_home).current()
    assert served
    kitsune(["evaluate", *arguments])
    kitsune(["generator", "train", *arguments, "--seed", "1"])
    measured = json.loads(kitsune(["evaluate", *arguments, "--json"]).stdout)
    assert measured["production"] == served.bundle
    assert "production" in [row["name"] for row in measured["evaluation"]["rows"]]
    assert [twin["bundle"] for twin in measured["twins"]] == [served.bundle]
    kitsune(["bundle", "promote", measured["bundle"], "--home", str(copied_home), "--force"])
    assert Home(copied_home).current() == replace(served, bundle=measured["bundle"])
    kitsune(["bundle", "verify", str(copied_home / "bundles" / measured["bundle"])])


def test_an_evaluation_leaves_a_report_and_looks_that_people_can_rate(made_home: MadeHome, copied_home: Path) -> None:
    arguments = shop_arguments(made_home.shop, copied_home)
    measured = json.loads(kitsune(["evaluate", *arguments, "--json"]).stdout)
    evaluation = f"{measured['bundle']}.test"
    report, blind = (
        (copied_home / "evaluations" / f"{evaluation}{end}").read_text() for end in (".html", ".blind.html")
    )
    assert "data:image/webp" in report
    looks = re.findall(r'<fieldset class="look" name="(\w+)"', blind)
    answers = copied_home / "ratings.json"
    answers.write_text(json.dumps({"evaluation": evaluation, "ratings": dict.fromkeys(looks, 4)}))
    tally = ["tally", measured["bundle"], str(answers), "--home", str(copied_home), "--json"]
    found = json.loads(kitsune(tally).stdout)
    assert {maker: one["mean"]["value"] for maker, one in found.items()} == {"generator": 4, "stylists": 4, "random": 4}


def test_the_evaluation_of_a_refitted_bundle_says_that_it_is_not_honest(made_home: MadeHome, copied_home: Path) -> None:
    arguments = shop_arguments(made_home.shop, copied_home)
    kitsune(["generator", "train", *arguments, "--refit-all"])
    measured = json.loads(kitsune(["evaluate", *arguments, "--json"]).stdout)
    assert not measured["honest"]
