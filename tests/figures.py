"""Figures of an evaluation that nobody has run: a shop's home may hold them."""

from model.diagnostics import HeadCollapse, Lists, Neutrals, Spread
from model.estimates import Estimate
from model.evaluation import Difference, Evaluation, Row, Shown, Slice
from model.measures import MEASURES
from service.catalog.figures import Cost, Diagnostics, Made, Measured, Miss
from service.catalog.outfits import Part
from service.catalog.sheets import Sheet

BUNDLE = "fake-bundle"
MARGINS = {"head 1": (-0.1, 0.1), "random": (0.02, 0.06), "ridge": (-0.02, 0.04), "colour PMI": (-0.05, -0.01)}
RECALLS = {"generator": 0.5, "head 1": 0.9, "random": 0.4, "ridge": 0.5, "colour PMI": 0.6}
SHEET = Sheet(
    "dress-1",
    ("Wedges", "Totes", "Jackets"),
    {
        "generator": (("wedge-1", "tote-1", "jacket-1"), ("wedge-2", "tote-2", "jacket-2")),
        "random": (("wedge-3", "tote-3", "jacket-3"),),
        "stylists": (("wedge-4", "tote-4", "jacket-4"),),
    },
)


def estimates(value: float, low: float, high: float) -> dict[str, Estimate]:
    return dict.fromkeys(MEASURES, Estimate(value, low, high))


def measured(part: Part = "test") -> Measured:
    shown = Shown(0.7, 0.5, 0.1, 3.0)
    rows = tuple(Row(name, estimates(value, value - 0.1, value + 0.1), shown) for name, value in RECALLS.items())
    differences = tuple(
        Difference(name, estimates((low + high) / 2, low, high), estimates(1 + low + high, 1 + low, 1 + high))
        for name, (low, high) in MARGINS.items()
    )
    evaluation = Evaluation(
        pairs=40,
        seeds=20,
        taxonomies=4,
        candidates_median=13.0,
        judged="generator",
        rows=rows,
        differences=differences,
        slices=(Slice("taxonomy", "Dresses", 10, 49, RECALLS),),
    )
    diagnostics = Diagnostics(
        spread=Spread(4, 7, 0.9, 0.1, 0.1),
        lists={"generator": Lists(0.4, 9.5)},
        neutrals=(Neutrals("neutral", 30, 0.6, 0.5, 0.4, Estimate(0.1, 0.05, 0.15)),),
    )
    return Measured(
        bundle=BUNDLE,
        production=None,
        part=part,
        season=None,
        honest=True,
        outfits=100,
        made=Made("0" * 64, None, {"generator": {"seed": 0}}, None, 1000),
        evaluation=evaluation,
        heads=HeadCollapse(0.7, 0.1, 0.3),
        diagnostics=diagnostics,
        twins=(),
        worst=(Miss("dress-1", "tote-1", "Totes", 37, 40, ("tote-2", "tote-3", "tote-4")),),
        sheets=(SHEET,),
        cost=Cost(0.1, 2.0),
    )
