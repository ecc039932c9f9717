"""`kitsune outfit`: a look in the terminal."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.cli.console import HOME, HomeOption, JsonOption, show
from service.domain import Lock, Outfit, OutfitRequest, Override, Product, ProductSeed, Slot, Wish
from service.errors import InvalidRequest
from service.home import Home
from service.outfitting import make_outfit
from service.runtime import load_release, named_release
from service.settings import Settings

TIMEOUT_S = 30.0
"""A terminal has more patience than a shopper: the first search reads the catalogue from the disk."""

SHOWN = 5
LOCK = "product:"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(outfit)


def outfit(
    product_id: Annotated[str, typer.Argument(help="The seed: what should the look go with?")],
    home: HomeOption = HOME,
    slot: Annotated[
        list[str] | None,
        typer.Option(help="Wish for the next slot: a taxonomy, product:ID to lock, or '' for none; up to three times."),
    ] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="A taxonomy that no slot may have; repeatable.")] = None,
    template: Annotated[str | None, typer.Option(help="Template of the mapping (GET /v1/mappings lists them).")] = None,
    looks: Annotated[int, typer.Option(min=1, max=3, help="How many looks to make out of the same vectors.")] = 1,
    k: Annotated[int, typer.Option(min=1, max=50, help="Candidates a slot.")] = SHOWN,
    json: JsonOption = False,
) -> None:
    """Show what goes with a product; works while the service runs.

    Example: kitsune outfit J1-INDIGO --slot Footwear --slot '' --slot product:B5-CAMEL --looks 3
    """
    request = OutfitRequest(
        slots=_wishes(slot or []), avoid=frozenset(avoid or ()), template=template, looks=looks, k=k
    )
    answer = asyncio.run(_ask(Home(home), product_id, request))
    show(msgspec.to_builtins(answer), as_json=json, people=lambda: Group(*_rendered(answer)))


def _wishes(slots: list[str]) -> tuple[Wish, Wish, Wish]:
    wishes = [_wish(slot) for slot in slots]
    if len(wishes) > 3:  # noqa: PLR2004 - a look has three slots
        raise InvalidRequest("A look has three slots; give --slot at most three times.")
    first, second, third = wishes + [None] * (3 - len(wishes))
    return first, second, third


def _wish(slot: str) -> Wish:
    if not slot:
        return None
    return Lock(slot.removeprefix(LOCK)) if slot.startswith(LOCK) else Override(slot)


async def _ask(home: Home, product_id: str, request: OutfitRequest) -> Outfit:
    release = load_release(home, named_release(home), Settings.load())
    try:
        return await make_outfit(release, ProductSeed(product_id), request, timeout_s=TIMEOUT_S)
    finally:
        await release.close()


def _rendered(answer: Outfit) -> Iterator[RenderableType]:
    seed = answer.seed.product
    yield Text(f"{_name(seed)} ({answer.seed.taxonomy})" if seed else answer.seed.taxonomy, style="bold")
    for number, look in enumerate(answer.looks, start=1):
        table = Table(
            title=f"look {number}" + (f", {answer.template}" if answer.template else ""), title_justify="left"
        )
        for slot in look.slots:
            table.add_column(Text.assemble(slot.taxonomy, "\n", (_served_by(slot), "dim")), overflow="fold")
        depth = max(1, *(len(slot.candidates) for slot in look.slots))  # an empty slot says why in the first row
        for rank in range(depth):
            table.add_row(*(_cell(slot, rank) for slot in look.slots))
        yield table
    if answer.degraded:
        yield Text(f"degraded: {', '.join(answer.degraded)}", style="yellow")


def _served_by(slot: Slot) -> str:
    return slot.source if slot.head is None else f"{slot.source}, head {slot.head + 1}"


def _cell(slot: Slot, rank: int) -> Text:
    if rank < len(slot.candidates):
        candidate = slot.candidates[rank]
        return Text(f"{candidate.score:.3f} {_name(candidate.product)}")
    return Text(slot.reason or "", style="dim") if rank == 0 else Text()


def _name(product: Product) -> str:
    colours = product.attributes.get("colour", ())
    return " ".join(filter(None, [product.product_id, product.title, ", ".join(colours)]))
