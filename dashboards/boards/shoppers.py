"""The rows of the board Outfits that tell what shoppers make of the outfits."""

from typing import Final

from dashboards.panels import Limits, Row, lines, number, spread
from dashboards.queries import rate, series, share, shares, total

ANSWERS: Final = rate("kitsune_outfits_total")
CLICKED: Final = 'event="click"'

FEEDBACK: Final = Row(
    "Feedback",
    "**No events**: the shop's page has stopped to report; look at its release. **Unjoined**: outfits outlive the "
    "prediction log, or ids are cut. **Clicks fall while views stay**: shoppers like it less; `kitsune feedback "
    "report` has the intervals.",
    [
        lines(
            "Feedback",
            "Events a second.",
            "ops",
            {"{{event}}": total(rate("kitsune_feedback_total"), "event")},
            stacked=True,
        ),
        lines(
            "Clicks an outfit",
            "Clicks over outfits served.",
            "percentunit",
            {"clicks": share(rate("kitsune_feedback_total", CLICKED), ANSWERS)},
        ),
        lines(
            "Feedback without its outfit",
            "Share of events whose outfit is not in the prediction log.",
            "percentunit",
            {"unjoined": share(rate("kitsune_feedback_unjoined_total"), rate("kitsune_feedback_total"))},
        ),
        *(
            lines(
                f"Clicks by {label}",
                f"Share of clicks by the {label} that they fell on.",
                "percentunit",
                {f"{{{{{label}}}}}": shares(rate(metric, CLICKED), rate(metric, CLICKED), label)},
                stacked=True,
                most=1,
                span=6,
            )
            for label, metric in {
                "slot": "kitsune_feedback_slots_total",
                "head": "kitsune_feedback_heads_total",
                "source": "kitsune_feedback_sources_total",
            }.items()
        ),
        lines(
            "Prediction log",
            "Answers a second by what became of their line in the log.",
            "ops",
            {"{{result}}": total(rate("kitsune_predictions_total"), "result")},
            stacked=True,
            span=6,
        ),
    ],
)

VARIANTS: Final = Row(
    "A/B and shadow",
    "Differences here have no interval: decide by `kitsune feedback report`. **A shadow that differs much** is no "
    "fault: look at its contact sheet before you promote it. **Dropped**: the share of requests that it is asked is "
    "too large for the machine.",
    [
        lines(
            "Outfits by variant",
            "Answers a second.",
            "ops",
            {"{{variant}}": total(rate("kitsune_variant_outfits_total"), "variant")},
            stacked=True,
        ),
        lines(
            "Clicks by variant",
            "Clicks over outfits served.",
            "percentunit",
            {
                "{{variant}}": f"{total(rate('kitsune_feedback_versions_total', CLICKED), 'variant')}"
                f" / {total(rate('kitsune_variant_outfits_total'), 'variant')}"
            },
        ),
        lines(
            "Degraded by variant",
            "Share of a variant's answers that lack a look or a slot.",
            "percentunit",
            {
                "{{variant}}": f"{total(rate('kitsune_variant_outfits_degraded_total'), 'variant')}"
                f" / {total(rate('kitsune_variant_outfits_total'), 'variant')}"
            },
        ),
        lines(
            "Shadow",
            "Requests a second that the shadow was asked too, by what it answered.",
            "ops",
            {"{{result}}": total(rate("kitsune_shadow_total"), "result")},
            stacked=True,
        ),
        spread(
            "Overlap with the shadow",
            "Share of the first look's candidates that both have.",
            "percentunit",
            "kitsune_shadow_overlap",
        ),
        number(
            "Experiment degraded",
            "Instances that cannot load the trial's release.",
            "short",
            f"sum({series('kitsune_experiment_degraded')})",
            limits=Limits(bad=1),
            span=8,
            height=8,
        ),
    ],
)
