"""What a home keeps: listed, swapped to and pruned, by the functions and by the command line."""

import json
import secrets
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from elasticsearch import Elasticsearch
from typer.testing import CliRunner, Result

import service.demo
from model.bundle import Bundle, copy_bundle
from service.catalog.building import stages_of
from service.catalog.record import Record, RecordedProduct
from service.catalog.releasing import Kept, kept_generations, prune, roll_back, swap
from service.cli import app
from service.errors import BundleError, HomeError, IndexUnavailable
from service.home import Home, ReleasePointer
from service.index.generations import generations_of
from service.index.lifecycle import build_generation
from service.settings import Settings
from tests.catalogues import made_items

SETTINGS = Settings(elasticsearch_url="http://127.0.0.1:9")
"""Nothing listens there."""

CLUSTER = SETTINGS.model_copy(update={"engine": "elasticsearch"})
REASON = "Elasticsearch cannot be reached. Try again in a moment."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    with home.writer():
        pass
    return home


@pytest.fixture
def bundle(home: Home) -> Bundle:
    return copy_bundle(Path(service.demo.__file__).parent / "bundle", home.bundles)


def built(home: Home, bundle: Bundle, space_id: str | None = None) -> str:
    """Build a generation of 40 products in a space, the bundle's by default."""
    space_id = space_id or bundle.space_id
    items = list(made_items(40, 4, bundle.dimensions, seed=3))
    with Record.open(home.record_path) as record:
        record.upsert(RecordedProduct(item.product) for item in items)
        vectors = np.array([item.vector for item in items])
        record.set_vectors(space_id, [item.product.product_id for item in items], vectors)
        return build_generation(home, record, space_id, bundle.dimensions, bundle_id=bundle.bundle_id).generation_id


@pytest.fixture
def generations(home: Home, bundle: Bundle) -> tuple[str, str, str]:
    """Three generations: what was served before, what is served, and one that was never released."""
    previous, current, spare = (built(home, bundle) for _ in range(3))
    for generation_id in (previous, current):
        home.release(ReleasePointer(bundle.bundle_id, generation_id, "mapping"))
    return previous, current, spare


def listed(home: Home) -> dict[str, Kept]:
    return {kept.state.generation_id: kept for kept in kept_generations(home, SETTINGS).kept}


def test_every_generation_is_listed_with_the_releases_that_name_it(
    home: Home, generations: tuple[str, str, str]
) -> None:
    found = listed(home)
    assert [found[id_].releases for id_ in generations] == [("previous",), ("current",), ()]
    assert {kept.engine for kept in found.values()} == {"embedded"}


def test_a_generation_that_both_releases_name_says_so(home: Home, bundle: Bundle) -> None:
    generation_id = built(home, bundle)
    for mapping in ("winter", "summer"):
        home.release(ReleasePointer(bundle.bundle_id, generation_id, mapping))
    assert listed(home)[generation_id].releases == ("current", "previous")


def test_a_swap_serves_a_kept_generation_and_a_rollback_undoes_it(
    home: Home, bundle: Bundle, generations: tuple[str, str, str]
) -> None:
    _, current, spare = generations
    pointer = swap(home, spare, SETTINGS)
    assert home.current() == pointer == ReleasePointer(bundle.bundle_id, spare, "mapping")
    assert roll_back(home, SETTINGS).generation == current
    assert [json.loads(line)["stage"] for line in home.runs_path.read_text().splitlines()] == ["swap", "rollback"]


def test_a_swap_to_what_is_served_changes_nothing(home: Home, generations: tuple[str, str, str]) -> None:
    previous, current, _ = generations
    swap(home, current, SETTINGS)
    assert [pointer and pointer.generation for pointer in (home.current(), home.previous())] == [current, previous]


def test_a_swap_to_a_generation_that_is_not_there_is_refused(home: Home, generations: tuple[str, str, str]) -> None:
    with pytest.raises(HomeError, match="no generation nowhere; `kitsune index list` names those that are kept"):
        swap(home, "nowhere", SETTINGS)
    assert listed(home).keys() == set(generations)


def test_a_swap_to_a_generation_that_is_not_complete_is_refused(home: Home, generations: tuple[str, str, str]) -> None:
    _, current, spare = generations
    (home.generations / spare / "meta.json").unlink()
    with pytest.raises(HomeError, match=r"never finished, or is damaged: run `kitsune index build`"):
        swap(home, spare, SETTINGS)
    assert listed(home)[current].releases == ("current",)


def test_a_swap_to_a_damaged_generation_is_refused_by_the_file_s_name(
    home: Home, generations: tuple[str, str, str]
) -> None:
    _, current, spare = generations
    vectors = home.generations / spare / "vectors.f32"
    content = vectors.read_bytes()
    vectors.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(HomeError, match=r"vectors\.f32 is damaged"):
        swap(home, spare, SETTINGS)
    assert listed(home)[current].releases == ("current",)


def test_a_swap_to_another_space_is_refused_with_what_to_do(
    home: Home, bundle: Bundle, generations: tuple[str, str, str]
) -> None:
    other = built(home, bundle, "another-space")
    with pytest.raises(HomeError, match=r"is of space another-space, .* never meet; run `kitsune index build`"):
        swap(home, other, SETTINGS)
    current = home.current()
    assert current is not None
    home.release(replace(current, generation=other))
    home.release(current)
    with pytest.raises(HomeError, match="never meet; `kitsune rollback` serves it with its own"):
        swap(home, other, SETTINGS)
    assert listed(home)[generations[1]].releases == ("current",)


def test_a_swap_beside_a_damaged_bundle_is_refused(
    home: Home, bundle: Bundle, generations: tuple[str, str, str]
) -> None:
    (bundle.directory / "manifest.json").write_text("{}")
    with pytest.raises(BundleError):
        swap(home, generations[2], SETTINGS)


def test_pruning_removes_what_no_release_names(home: Home, generations: tuple[str, str, str]) -> None:
    *named, spare = generations
    assert prune(home, SETTINGS) == [spare]
    assert listed(home).keys() == set(named)
    assert prune(home, SETTINGS) == []


def test_a_home_without_a_release_is_neither_pruned_nor_swapped(home: Home, bundle: Bundle) -> None:
    generation_id = built(home, bundle)
    for use in (lambda: prune(home, SETTINGS), lambda: swap(home, generation_id, SETTINGS)):
        with pytest.raises(HomeError, match="has no release yet; make one with `kitsune build`"):
            use()
    assert listed(home).keys() == {generation_id}


def test_a_cluster_is_asked_only_where_it_is_in_use(home: Home, generations: tuple[str, str, str]) -> None:
    assert kept_generations(home, SETTINGS).silent == {}
    assert [*kept_generations(home, CLUSTER).silent] == ["elasticsearch"]
    current = home.current()
    assert current is not None
    home.release(replace(current, engine="elasticsearch"))
    assert [*kept_generations(home, SETTINGS).silent] == ["elasticsearch"]
    assert len(listed(home)) == len(generations)


def test_a_cluster_that_does_not_answer_is_told_beside_what_the_home_holds(
    home: Home, generations: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", CLUSTER.elasticsearch_url)
    for words in ([], ["--json"]):
        done = run(home, "list", "--engine", "elasticsearch", *words)
        assert done.exit_code == IndexUnavailable.exit_code
        assert "Elasticsearch cannot be reached. Try again in a moment. What it holds is not listed." in done.stderr
        assert all(id_ in done.stdout for id_ in generations)
    found = json.loads(done.stdout)
    assert found["unanswered"] == [{"engine": "elasticsearch", "reason": REASON}]
    assert {row["generation"] for row in found["generations"]} == {*generations}


def test_a_cluster_that_does_not_answer_is_no_hindrance_to_serve_from_the_home(
    home: Home, generations: tuple[str, str, str]
) -> None:
    assert swap(home, generations[2], CLUSTER).engine == "embedded"
    with pytest.raises(IndexUnavailable, match=REASON):
        swap(home, "on the cluster, perhaps", CLUSTER)


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["index", *arguments, "--home", str(home.path)])


def test_the_list_is_shown_to_people_and_to_machines(
    home: Home, bundle: Bundle, generations: tuple[str, str, str]
) -> None:
    (home.generations / ".20260101T000000-abc.new").mkdir()
    rows = {row["generation"]: row for row in json.loads(run(home, "list", "--json").stdout)["generations"]}
    assert [rows[id_]["releases"] for id_ in generations] == [["previous"], ["current"], []]
    assert rows["20260101T000000-abc"] == {
        "generation": "20260101T000000-abc",
        "engine": "embedded",
        "layout": "exact",
        "made_at": "2026-01-01T00:00:00+00:00",
        "complete": False,
        "products": None,
        "bundle": None,
        "space": None,
        "sequence": None,
        "releases": [],
    }
    assert (rows[generations[0]]["products"], rows[generations[0]]["bundle"]) == (40, bundle.bundle_id)
    printed = run(home, "list").stdout
    assert "not complete" in printed
    assert all(word in printed for word in (*generations, "current", "previous"))


def test_a_plan_is_shown_before_anything_is_built(home: Home, bundle: Bundle) -> None:
    assert "has no encoder yet" in run(home, "plan").output
    stages_of(home).run("model", bundle.bundle_id, lambda: {"model": f"bundles/{bundle.bundle_id}"})
    with Record.open(home.record_path):
        pass
    assert "run `kitsune encode` first" in run(home, "plan").output
    built(home, bundle)
    planned = json.loads(run(home, "plan", "--json").stdout)
    assert (planned["layout"], planned["products"], planned["taxonomies"]) == ("exact", 40, 4)
    printed = run(home, "plan").stdout
    assert all(f"{slot['taxonomy']}  " in printed for slot in planned["slots"])
    assert "which a graph is worth it" in run(home, "plan", "--layout", "partitioned").output
    assert "one bit of each number" in run(home, "plan", "--layout", "bbq_flat").output


def test_the_commands_do_what_they_say(home: Home, generations: tuple[str, str, str]) -> None:
    previous, current, spare = generations
    assert f"generation  {spare}" in run(home, "swap", spare).stdout
    assert json.loads(run(home, "rollback", "--json").stdout)["generation"] == current
    assert json.loads(run(home, "prune", "--json").stdout) == {"removed": [previous]}
    assert run(home, "prune").stdout == "removed: nothing\n"


@pytest.mark.parametrize(
    "command", [["list"], ["plan"], ["swap", "x"], ["rollback"], ["prune"]], ids=lambda words: words[0]
)
def test_a_home_that_does_not_exist_is_not_made(tmp_path: Path, command: list[str]) -> None:
    done = run(Home(tmp_path / "nowhere"), *command)
    assert done.exit_code == HomeError.exit_code
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
def test_a_swap_goes_to_the_other_engine_and_back(
    home: Home, bundle: Bundle, generations: tuple[str, str, str], elasticsearch_url: str
) -> None:
    alias = f"releasing-{secrets.token_hex(4)}"
    settings = Settings(elasticsearch_url=elasticsearch_url, elasticsearch_alias=alias, engine="elasticsearch")
    elastic = generations_of("elasticsearch", home, settings)
    with Record.open(home.record_path, read_only=True) as record:
        first, second = (
            elastic.build(
                record, bundle.space_id, bundle.dimensions, lambda _: None, bundle_id=bundle.bundle_id
            ).info.generation_id
            for _ in range(2)
        )
    _, current, spare = generations
    assert swap(home, first, settings).engine == "elasticsearch"
    found = {kept.state.generation_id: kept for kept in kept_generations(home, settings).kept}
    assert [(found[id_].engine, found[id_].releases) for id_ in (first, second, current)] == [
        ("elasticsearch", ("current",)),
        ("elasticsearch", ()),
        ("embedded", ("previous",)),
    ]
    assert roll_back(home, settings).generation == current
    assert swap(home, first, settings).generation == first
    removed = prune(home, settings)
    assert second in removed
    assert spare in removed
    assert {kept.state.generation_id for kept in kept_generations(home, settings).kept} == {first, current}
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.delete(index=f"{alias}-{first.lower()}")
