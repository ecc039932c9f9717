"""`kitsune mapping`: does a mapping fit the catalogue, and what would the shop's outfits make of one?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mappings import PACKAGED, MappingInvalid, MappingReport, SlotMapping, check_mapping, load_mapping
from service.catalog.building import Shop, outfits_source
from service.catalog.outfits import read_outfits
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.cli.console import HOME, BarReporter, DataOption, HomeOption, JsonOption, ProfileOption, facts, show
from service.coverage import Coverage, TaxonomyCover, coverage, served
from service.errors import HomeError, MappingError
from service.home import Home, replace_file
from service.mining import Mining, mine_outfits
from service.taxonomy import TaxonomyTree


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What may go with what.")
    group.command("check")(check)
    group.command("mine")(mine)
    app.add_typer(group, name="mapping")


def check(
    mapping: Annotated[
        Path | None,
        typer.Argument(help="The YAML file with the templates, or google; without it, the mapping that is served."),
    ] = None,
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Lay a mapping over the catalogue in the home's record.

    Shows what the products of each taxonomy are dressed with as seeds and how many get a template, slots that no
    product fills, and taxonomies that are never shown. Names taxonomies without a template, templates that name what
    the catalogue lacks, and near misses. Exits with 8 when there is something to mend.
    """
    shop = Home(home)
    loaded = _loaded(_released(shop) if mapping is None else mapping)
    with Record.open(shop.record_path, read_only=True) as record:
        tree = TaxonomyTree.of((row.product.taxonomy, row.product.taxonomy_path) for row in record.products())
        seeds = served((row.product for row in record.products()), tree, loaded)
    paths = {taxonomy: tree.path(taxonomy) for taxonomy in tree.counts}
    report = check_mapping(loaded, tree.counts, {ancestor for path in paths.values() for ancestor in path}, paths)
    covered = coverage(tree, loaded)
    unserved = [one for one in covered.taxonomies if one.templates and seeds[one.taxonomy] < one.products]
    show(
        _plain(loaded, covered, seeds) | msgspec.to_builtins(report),
        as_json=json,
        people=lambda: Group(*_rendered(loaded, covered, seeds), *_verdict(report, unserved, seeds)),
    )
    if report.faults or unserved:
        raise typer.Exit(MappingError.exit_code)


def mine(
    output: Annotated[Path, typer.Argument(help="The YAML file to write.")],
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    templates: Annotated[int, typer.Option(min=1, help="How many a taxonomy gets at most.")] = 4,
    json: JsonOption = False,
) -> None:
    """Propose templates out of the shop's outfits, for a person to edit.

    They are mined from the training part of the outfits. How many looks of the others they allow is shown beside the
    profile's mapping and beside the triples that are most popular.
    """
    shop = Shop(Home(home), load_profile(profile), data, BarReporter())
    own = None if shop.profile.mapping_path is None else _loaded(shop.profile.mapping_path)
    with Record.open(shop.home.record_path, read_only=True) as record:
        products = [row.product for row in record.products()]
    tree = TaxonomyTree.of((product.taxonomy, product.taxonomy_path) for product in products)
    taxonomies = {product.product_id: product.taxonomy for product in products}
    outfits = read_outfits(outfits_source(shop), data, taxonomies).outfits
    mined = mine_outfits(outfits, taxonomies, tree, own, templates)
    if not mined.scores["mined"].templates:
        raise MappingError("The outfits are too few, or hold too few taxonomies, to mine: write templates by hand.")
    try:
        replace_file(output, mined.text.encode())
    except OSError as error:
        raise MappingError(f"{output} cannot be written ({error.strerror}): name another file.") from error
    found = msgspec.to_builtins(mined)
    del found["text"]
    show(found | {"written": str(output)}, as_json=json, people=lambda: Group(*_mined(mined, output)))


def _loaded(path: Path) -> SlotMapping:
    try:
        return load_mapping(PACKAGED.get(str(path), path))
    except (OSError, MappingInvalid) as error:
        raise MappingError(str(error)) from error


def _released(home: Home) -> Path:
    release = home.current()
    if release is None:
        raise HomeError("This home serves no mapping yet; name a file, or run `kitsune build` first.")
    return home.mappings / f"{release.mapping}.yaml"


def _plain(mapping: SlotMapping, covered: Coverage, seeds: Counter[str]) -> dict[str, Any]:
    return {
        "mapping": mapping.name,
        "products": covered.products,
        "served": seeds.total(),
        "taxonomies": [
            {
                "taxonomy": cover.taxonomy,
                "products": cover.products,
                "served": seeds[cover.taxonomy],
                "templates": len(cover.templates),
                "usable": sum(template.usable for template in cover.templates),
                "default": cover.default.template_id if cover.default else None,
                "inherited_from": cover.inherited_from,
                "left_out": cover.reason,
            }
            for cover in covered.taxonomies
        ],
        "dead_slots": [
            {"slot": dead.name, "templates": [{"seed": one.seed, "id": one.template_id} for one in dead.templates]}
            for dead in covered.missing_slots
        ],
        "never_shown": [cover.taxonomy for cover in covered.unseen],
    }


def _rendered(mapping: SlotMapping, covered: Coverage, seeds: Counter[str]) -> Iterator[RenderableType]:
    table = Table(box=SIMPLE, pad_edge=False)
    for heading, right in (("taxonomy", False), ("products", True), ("served", True), ("templates", True)):
        table.add_column(heading, justify="right" if right else "left")
    table.add_column("dressed with")
    for cover in covered.taxonomies:
        usable = f"{sum(template.usable for template in cover.templates)} of {len(cover.templates)}"
        row = (cover.taxonomy, f"{cover.products:,}", f"{seeds[cover.taxonomy]:,}", usable, _dressed_with(cover))
        table.add_row(*row, style=None if seeds[cover.taxonomy] == cover.products else "yellow")
    yield table
    usable_templates = sum(template.usable for template in covered.templates)
    yield facts(
        f"mapping {mapping.name}",
        {
            "seeds served": f"{seeds.total():,} of {covered.products:,} products ({_share(seeds.total(), covered)})",
            "templates usable": f"{usable_templates:,} of {len(covered.templates):,} for taxonomies of the catalogue",
            "dead slots": ", ".join(f"{dead.name} ({len(dead.templates)})" for dead in covered.missing_slots) or "none",
            "never shown": ", ".join(cover.taxonomy for cover in covered.unseen) or "none",
        },
    )


def _dressed_with(cover: TaxonomyCover) -> str:
    if cover.default is None:
        return f"left out: {cover.reason}" if cover.reason else "nothing"
    of = f" of {cover.inherited_from}" if cover.inherited_from else ""
    return f"{cover.default.template_id}{of}: {', '.join(slot.asked for slot in cover.default.slots)}"


def _share(served_products: int, covered: Coverage) -> str:
    return f"{served_products / max(covered.products, 1):.1%}"


def _verdict(report: MappingReport, unserved: Sequence[TaxonomyCover], seeds: Counter[str]) -> Iterator[Text]:
    if report.is_clean and not unserved:
        yield Text("The mapping fits the catalogue.", style="green")
    yield from (Text(str(fault), style="red") for fault in report.faults)
    for one in unserved:
        lacking = one.products - seeds[one.taxonomy]
        of = f"{lacking:,} of {one.products:,} products"
        yield Text(f"{one.taxonomy!r}: {of} get no template that the catalogue can fill.", style="red")
    yield from (Text(str(warning), style="yellow") for warning in report.warnings)


def _mined(mined: Mining, output: Path) -> Iterator[RenderableType]:
    yield Text(f"{output}: mined from {mined.outfits:,} outfits, judged on {mined.held_out:,} others")
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("")
    for heading in ("templates", "looks allowed", "seeds with one"):
        table.add_column(heading, justify="right")
    for name, one in mined.scores.items():
        table.add_row(name, f"{one.templates:,}", f"{one.looks:.1%}", f"{one.seeds:.1%}")
    yield table
