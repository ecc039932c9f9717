"""`kitsune build`, and its stages each on their own; `kitsune index build` is with the others of `kitsune index`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from service.catalog import building
from service.catalog.building import Shop, needs_training
from service.catalog.exporting import described_products
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.stages import StageRun
from service.cli.bundle import attribute_tasks, opened
from service.cli.console import (
    HOME,
    BarReporter,
    DataOption,
    EngineOption,
    HomeOption,
    JsonOption,
    ProfileOption,
    show,
)
from service.cli.golden import note_answers
from service.home import Home
from service.runtime import named_release
from service.settings import Settings


class Loss(StrEnum):
    """What the generator learns to make small."""

    CONTRASTIVE = "contrastive"
    COSINE = "cosine"


class Permutations(StrEnum):
    """How outfits become the heads' data sets, for the cosine loss."""

    ALL = "all"
    NONE = "none"
    DEDUPE = "dedupe"


BackboneOption = Annotated[
    str, typer.Option(help="efficientnet_lite0 (packaged weights), small (from scratch) or torchvision/NAME.")
]
WeightsOption = Annotated[Path | None, typer.Option(help="File with the backbone's weights.")]
LossOption = Annotated[
    Loss, typer.Option(help="contrastive: find the partner among its taxonomy; cosine: come near it (the baseline).")
]
PermutationsOption = Annotated[
    Permutations,
    typer.Option(help="With --loss cosine: orders of an outfit to learn from; dedupe keeps one for each seed."),
]
RefitOption = Annotated[
    bool, typer.Option("--refit-all", help="Learn from every product; no figure of the bundle is honest afterwards.")
]
SeedOption = Annotated[int, typer.Option(help="Of everything random: the same seed gives the same weights.")]
BACKBONE = "efficientnet_lite0"

_STATE = ("rows", "refused", "products", "space", "bundle", "generation", "mapping")
_DONE = ("added", "changed", "unchanged", "removed", "encoded")
"""What an earlier run did says nothing of one that found all unchanged."""
_SHOWN_ERRORS = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(build)
    app.command()(encode)
    groups: tuple[tuple[str, str, dict[str, Callable[..., None]]], ...] = (
        ("catalog", "The record of products.", {"import": catalog_import, "export": catalog_export}),
        ("encoder", "From photos to vectors.", {"train": encoder_train}),
        ("generator", "From a seed's vector to three targets.", {"train": generator_train}),
    )
    for name, help_, verbs in groups:
        group = typer.Typer(no_args_is_help=True, help=help_)
        for verb, command in verbs.items():
            group.command(verb)(command)
        group.callback()(lambda: None)
        app.add_typer(group, name=name)


def build(
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    bundle: Annotated[
        Path | None, typer.Option(help="Dress this catalogue with a bundle made elsewhere; needs no outfits.")
    ] = None,
    backbone: BackboneOption = BACKBONE,
    weights: WeightsOption = None,
    loss: LossOption = Loss.CONTRASTIVE,
    permutations: PermutationsOption = Permutations.DEDUPE,
    refit_all: RefitOption = False,
    seed: SeedOption = 0,
    engine: EngineOption = None,
    json: JsonOption = False,
) -> None:
    """Make a release out of a feed and outfits: everything from import to index.

    Stages whose inputs have not changed are not redone; a build that was killed goes on where it was.

    Example: kitsune build --profile examples/mango.toml --data FOLDER --home HOME
    """
    with opened_shop(profile, data, home) as shop:
        runs = list(_build(shop, bundle, backbone, weights, loss, permutations, seed, refit_all=refit_all))
        settings = Settings.load(engine=engine)
        runs.append(building.build_index(shop, settings))
        note_answers(shop.home, settings)
    show_runs(runs, as_json=json)


def _build(
    shop: Shop,
    bundle: Path | None,
    backbone: str,
    weights: Path | None,
    loss: Loss,
    permutations: Permutations,
    seed: int,
    *,
    refit_all: bool,
) -> Iterator[StageRun]:
    yield building.import_catalog(shop)
    if bundle is None:
        yield _train_encoder(shop, backbone, weights, seed)
        yield building.encode(shop)
        yield _train_generator(shop, loss, permutations, seed, refit_all=refit_all)
    else:
        yield building.install_bundle(shop, bundle)
        yield building.encode(shop)


def catalog_import(profile: ProfileOption, data: DataOption, home: HomeOption = HOME, json: JsonOption = False) -> None:
    """Bring the feed into the record; refused rows are listed with line, column and reason."""
    with opened_shop(profile, data, home) as shop:
        runs = [building.import_catalog(shop)]
    show_runs(runs, as_json=json)


def catalog_export(home: HomeOption = HOME) -> None:
    """Print the served products' attributes, stated and predicted: one JSON object a line.

    Example: kitsune catalog export --home HOME > attributes.jsonl
    """
    at = Home(home)
    bundle = opened(at.bundles / named_release(at).bundle)
    with Record.open(at.record_path, read_only=True) as record:
        for line in described_products(record, bundle):
            sys.stdout.write(line)


def encoder_train(
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    backbone: BackboneOption = BACKBONE,
    weights: WeightsOption = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Train the attribute encoder and its compression on the record's photos."""
    with opened_shop(profile, data, home) as shop:
        runs = [_train_encoder(shop, backbone, weights, seed)]
    show_runs(runs, as_json=json)


def encode(profile: ProfileOption, data: DataOption, home: HomeOption = HOME, json: JsonOption = False) -> None:
    """Give every product a vector; those that have one from the same photos keep it."""
    with opened_shop(profile, data, home) as shop:
        runs = [building.encode(shop)]
    show_runs(runs, as_json=json)


def generator_train(
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    loss: LossOption = Loss.CONTRASTIVE,
    permutations: PermutationsOption = Permutations.DEDUPE,
    refit_all: RefitOption = False,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Train the three-head generator on the shop's outfits."""
    with opened_shop(profile, data, home) as shop:
        runs = [_train_generator(shop, loss, permutations, seed, refit_all=refit_all)]
    show_runs(runs, as_json=json)


@contextmanager
def opened_shop(profile: Path, data: Path, home: Path) -> Iterator[Shop]:
    """Hold the home's right to write, and give what every stage works on."""
    loaded = load_profile(profile)
    at = Home(home)
    with at.writer():
        yield Shop(at, loaded, data, BarReporter())


def _train_encoder(shop: Shop, backbone: str, weights: Path | None, seed: int) -> StageRun:
    with needs_training():
        from model.encoder import FROM_SCRATCH, EncoderOptions  # noqa: PLC0415 - needs the train extra
    options = FROM_SCRATCH if backbone == FROM_SCRATCH.backbone else EncoderOptions()
    return building.train_encoder(shop, replace(options, backbone=backbone, weights=weights, seed=seed))


def _train_generator(shop: Shop, loss: Loss, permutations: Permutations, seed: int, *, refit_all: bool) -> StageRun:
    with needs_training():
        from model.generator import BASELINE, GeneratorOptions  # noqa: PLC0415 - needs the train extra
    options = BASELINE if loss is Loss.COSINE else GeneratorOptions()
    return building.train_generator(shop, replace(options, seed=seed), permutations.value, refit_all=refit_all)


def show_runs(runs: list[StageRun], *, as_json: bool) -> None:
    """Print what came of stages."""
    result = {run.stage: {"skipped": run.skipped, "duration_s": run.duration_s} | run.outputs for run in runs}
    show(result, as_json=as_json, people=lambda: Group(_table(runs), *_tasks(runs), *_refusals(runs)))


def _table(runs: list[StageRun]) -> Table:
    table = Table("stage", "took", "what came of it", title_justify="left", box=None, pad_edge=False)
    for run in runs:
        took = "unchanged" if run.skipped else f"{run.duration_s:.1f} s"
        table.add_row(run.stage, took, _summary(run))
    return table


def _tasks(runs: list[StageRun]) -> Iterator[Table]:
    return (attribute_tasks(run.outputs["encoder"]) for run in runs if "encoder" in run.outputs and not run.skipped)


def _refusals(runs: list[StageRun]) -> Iterator[Text]:
    for run in runs:
        if run.skipped:
            continue
        yield from _words(run)
        errors, rejections = run.outputs.get("errors", []), run.outputs.get("rejections", [])
        for error in errors[:_SHOWN_ERRORS]:
            place = ", column ".join(str(part) for part in (error["line"], error["column"]) if part)
            yield Text(f"{run.stage}: line {place}: {error['reason']}", style="yellow")
        if len(errors) > _SHOWN_ERRORS:
            yield Text(f"{run.stage}: --json shows more of these; all of a feed's are in work/refused-rows.jsonl")
        for rejected in rejections[:_SHOWN_ERRORS]:
            place = f"line {rejected['line']}, " if rejected["line"] else ""
            yield Text(f"{run.stage}: {place}product {rejected['product_id']}: {rejected['reason']}", style="yellow")
        if rejections:
            yield Text(f"{run.stage}: {run.outputs['rejected']} left out; {run.outputs['rejections_file']} lists them")


def _words(run: StageRun) -> Iterator[Text]:
    """Say what the import made of vendors' text; nothing where all of it was plain."""
    for column, cells in run.outputs.get("mended", {}).items():
        yield Text(f"{run.stage}: column {column}: text of {cells} cells mended")
    for attribute, found in run.outputs.get("words", {}).items():
        rows = f"{found['from_column']} rows by their column, {found['from_title']} by their title"
        yield Text(f"{run.stage}: {attribute}: {rows}, {found['conflicts']} whose title says another value")
        for what, words in (("unknown words", found["unknown"]), ("words of two values", found["ambiguous"])):
            if words:
                listed = ", ".join(f"{word} ({count})" for word, count in list(words.items())[:_SHOWN_ERRORS])
                yield Text(f"{run.stage}: {attribute}: {what}: {listed}", style="yellow")


def _summary(run: StageRun) -> str:
    """Name what came of a stage: its counts and ids. Longer things are for --json and for `runs.jsonl`."""
    counts = {name: len(value) if isinstance(value, dict) else value for name, value in run.outputs.items()}
    shown = _STATE if run.skipped else (*_DONE, *_STATE)
    return ", ".join(f"{name} {counts[name]}" for name in shown if name in counts)
