"""What figures say in a sentence, and whether they lie within the limits that are usual for a generator."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.catalog.figures import JUDGED, Measured

COLLAPSE_MARGIN = 0.1
LEAST_DEVIATION = 0.5
LEAST_RANK_SHARE = 0.5
MOST_NEUTRAL_BIAS = 0.1


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure beside its limit."""

    name: str
    found: str
    limit: str
    within: bool


def findings(measured: Measured) -> Iterator[Finding]:
    """Yield the diagnostics that have a limit."""
    heads, spread = measured.heads, measured.diagnostics.spread
    most = heads.partner_cosine + COLLAPSE_MARGIN
    yield Finding(
        "Cosine between the heads' targets",
        f"{heads.head_cosine:.2f}",
        f"at most {most:.2f}, a little above that of true partners ({heads.partner_cosine:.2f})",
        heads.head_cosine <= most,
    )
    yield Finding(
        "Deviation of the targets over the catalogue's",
        f"{spread.deviation:.2f}",
        f"at least {LEAST_DEVIATION}",
        spread.deviation >= LEAST_DEVIATION,
    )
    least = LEAST_RANK_SHARE * spread.effective_rank_of_catalogue
    yield Finding(
        "Effective rank of the targets",
        f"{spread.effective_rank:.1f}",
        f"at least {least:.1f}, half of the catalogue's",
        spread.effective_rank >= least,
    )
    for one in measured.diagnostics.neutrals or ():
        yield Finding(
            f"Neutral products shown beside {one.seeds} seeds",
            f"{one.shown:.0%}, {100 * one.bias.low:+.0f} to {100 * one.bias.high:+.0f} points from the stylists'",
            f"within {100 * MOST_NEUTRAL_BIAS:.0f} points of {one.partners:.0%}; all candidates: {one.candidates:.0%}",
            abs(one.bias.value) <= MOST_NEUTRAL_BIAS,
        )


def headline(measured: Measured) -> str:
    """Say how the generator stands to the strongest row that does not read its vectors."""
    bar = measured.bar
    over = measured.against(bar).ratios
    said = [
        f"{ratio.value:.2f} times as many ({ratio.low:.2f} to {ratio.high:.2f}) among the first {cut}"
        for cut in (10, 50)
        if (ratio := over[f"recall_at_{cut}"])
    ]
    recall = measured.row(JUDGED).measures["recall_at_10"]
    first = f"The generator has {recall.value:.1%} of the true partners among its first ten"
    return f"{first}: beside {bar}, {' and '.join(said)}." if said else f"{first}. {bar} has none."
