"""The board Outfits: what the model answers, what it is asked, and what shoppers make of it."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import thresholds as t
from dashboards.boards.shoppers import FEEDBACK, VARIANTS
from dashboards.panels import Limits, Row, board, lines, number, spread
from dashboards.queries import mean, quantile, rate, series, share, shares, total

ANSWERS: Final = rate("kitsune_outfits_total")
SLOTS: Final = rate("kitsune_slots_total")
EMPTY: Final = rate("kitsune_slots_empty_total")
TONES: Final = rate("kitsune_first_candidates_total")

SERVED: Final = Row(
    "Answers",
    "**Empty slots**: the filters, or an import, left nothing in a taxonomy: compare with *Products* on the board "
    "*Catalogue and engine*. **Fallbacks**: seeds come whose taxonomy has no template of its own: `kitsune mapping "
    "check`.",
    [
        lines(
            "Outfits",
            "Answers a second; a degraded one lacks a look or a slot.",
            "ops",
            {"{{result}}": total(ANSWERS, "result")},
            stacked=True,
        ),
        lines(
            "Why degraded",
            "Degraded answers a second by reason.",
            "ops",
            {"{{reason}}": total(rate("kitsune_outfits_degraded_total"), "reason")},
            stacked=True,
        ),
        lines(
            "Empty slots",
            "Share of all slots that had no product to show, by their place.",
            "percentunit",
            {"slot {{slot}}": shares(EMPTY, SLOTS, "slot")},
            limits=Limits(bad=t.EMPTY_SLOTS_PAGE, warning=t.EMPTY_SLOTS),
        ),
        lines(
            "Where slots come from",
            "Share of slots by who chose their taxonomy: the mapping, the caller, a lock, or a fallback.",
            "percentunit",
            {"{{source}}": shares(SLOTS, SLOTS, "source")},
            stacked=True,
            most=1,
        ),
        number(
            "Fallbacks",
            "Share of slots of seeds whose taxonomy has no template of its own.",
            "percentunit",
            share(rate("kitsune_slots_total", 'source="fallback"'), SLOTS),
            limits=Limits(bad=t.FALLBACKS, warning=t.FALLBACKS / 2),
            span=8,
            height=8,
        ),
        number(
            "Neutral first candidates",
            "Share of first candidates in black, white, grey, beige and the like. Rising: the model plays safe.",
            "percentunit",
            share(rate("kitsune_first_candidates_total", 'tone="neutral"'), TONES),
            span=8,
            height=8,
        ),
    ],
)

MODEL: Final = Row(
    "What the model says",
    "**Scores fall** after a release: compare its evaluation, and roll back if shoppers click less. **Fall without a "
    "release**: the catalogue or the seeds moved, see *Drift*. **Heads alike** (cosine near 1): the bundle has "
    "collapsed; do not keep it.",
    [
        spread("Top scores", "Cosine of target and first candidate, over all heads.", "none", "kitsune_top_score"),
        lines(
            "Top score by head",
            "The middle one of the cosines.",
            "none",
            {"head {{head}}": quantile(0.5, "kitsune_top_score", by="head")},
            most=1,
        ),
        lines(
            "Low scores by head",
            "The cosine that nine answers in ten exceed.",
            "none",
            {"head {{head}}": quantile(0.1, "kitsune_top_score", by="head")},
            most=1,
        ),
        spread("Norm of targets", "Length of the generated vectors, over all heads.", "none", "kitsune_target_norm"),
        lines(
            "Norm by head",
            "Mean length of the generated vectors.",
            "none",
            {"head {{head}}": mean("kitsune_target_norm", by="head")},
        ),
        lines(
            "Likeness of heads",
            "The middle one of the cosines of two heads' targets.",
            "none",
            {"heads {{heads}}": quantile(0.5, "kitsune_heads_cosine", by="heads")},
            most=1,
        ),
    ],
)

ASKED: Final = Row(
    "What is asked",
    "**A taxonomy surges**: a campaign, or a crawler. **Vectors, photos or texts instead of products**: a caller has "
    "changed; they cost more, see *encode* on the board *Service*.",
    [
        lines(
            "Seeds by taxonomy",
            "Seeds a second; the largest taxonomies of the release have their own line.",
            "ops",
            {"{{taxonomy}}": total(rate("kitsune_seeds_total"), "taxonomy")},
            stacked=True,
        ),
        lines(
            "Seeds by kind",
            "Seeds a second by how they were told.",
            "ops",
            {"{{kind}}": total(rate("kitsune_seeds_by_kind_total"), "kind")},
            stacked=True,
        ),
        lines(
            "Tones",
            "Share of first candidates by tone.",
            "percentunit",
            {"{{tone}}": shares(TONES, TONES, "tone")},
            stacked=True,
            most=1,
        ),
    ],
)

DRIFT: Final = Row(
    "Drift",
    "A statistic above 1 differs from what the bundle was trained on. `kitsune drift report` names the dimensions "
    "and the words that moved. **The catalogue changed** for good: train anew. **A golden query that fails** is a "
    "wrong deployment: roll back.",
    [
        lines(
            "Drift",
            "The last window's largest statistic over its threshold.",
            "none",
            {"{{profile}}": f"max by (profile) ({series('kitsune_drift_statistic')})"},
            limits=Limits(bad=t.DRIFT),
        ),
        lines(
            "Alarms",
            "Alarms a day, by profile. Without drift about one window in twenty alarms.",
            "short",
            {"{{profile}}": f"sum by (profile) (increase({series('kitsune_drift_alarms_total')}[1d]))"},
            limits=Limits(bad=t.DRIFT_WINDOWS),
        ),
        lines(
            "Windows and hooks",
            "Windows that were judged, and calls of the drift hooks, a day.",
            "short",
            {
                "windows": f"sum(increase({series('kitsune_drift_windows_total')}[1d]))",
                "hooks {{result}}": f"sum by (result) (increase({series('kitsune_drift_hooks_total')}[1d]))",
            },
        ),
        number(
            "Window",
            "How full the present window is; it is judged when it is full.",
            "percentunit",
            f"max({series('kitsune_drift_window_share')})",
            span=12,
        ),
        number(
            "Golden query",
            "1: the golden query answers as it did when the bundle was made.",
            "none",
            f"min({series('kitsune_golden_query_matches')})",
            limits=Limits(bad=0.5, warning=1),
            span=12,
        ),
    ],
)


def build() -> Dashboard:
    """Build the board."""
    return board(
        "kitsune-outfits",
        "Kitsune: Outfits",
        "What the model answers, what it is asked, and what shoppers make of it.",
        [SERVED, MODEL, ASKED, DRIFT, FEEDBACK, VARIANTS],
    )
