"""Alerts of the model, of the catalogue that it dresses, and of what shoppers make of it."""

from typing import Final

from dashboards import thresholds as t
from dashboards.alerts.alert import Alert
from dashboards.recording import BY, CLICKS, SERVED

RELEASE: Final = "bundle, space, generation, mapping"


def _share_of_slots(part: str, limit: float) -> str:
    slots = f"sum by ({BY}) (rate(kitsune_slots_total[30m]))"
    enough = f"sum by ({BY}) (increase(kitsune_outfits_total[30m])) >= {t.FEWEST_OUTFITS}"
    return f"sum by ({BY}) (rate({part}[30m])) / {slots} > {limit} and {enough}"


def _rows(result: str) -> str:
    return f'max by ({BY}) (kitsune_import_rows{{result="{result}"}})'


MODEL: Final = (
    Alert(
        "KitsuneManySlotsEmpty",
        "page",
        _share_of_slots("kitsune_slots_empty_total", t.EMPTY_SLOTS_PAGE),
        "10m",
        "Outfits are hollow",
        "{{ $value | humanizePercentage }} of slots have no product to show.",
    ),
    Alert(
        "KitsuneSlotsEmpty",
        "ticket",
        _share_of_slots("kitsune_slots_empty_total", t.EMPTY_SLOTS),
        "30m",
        "Slots stay empty",
        "{{ $value | humanizePercentage }} of slots have no product to show.",
    ),
    Alert(
        "KitsuneSlotsFallBack",
        "ticket",
        _share_of_slots('kitsune_slots_total{source="fallback"}', t.FALLBACKS),
        "30m",
        "The mapping does not know what is asked",
        "{{ $value | humanizePercentage }} of slots are of seeds whose taxonomy has no template of its own.",
    ),
    Alert(
        "KitsuneGoldenQueryFails",
        "page",
        "kitsune_golden_query_matches == 0",
        "2m",
        "A wrong deployment is serving",
        "The golden query matches {{ $value }} times on {{ $labels.instance }}: bundle, space or index do not belong "
        "together.",
    ),
    Alert(
        "KitsuneReleasesDiffer",
        "ticket",
        f"count by ({BY}) (count by ({BY}, {RELEASE}) (kitsune_release_info == 1)) > 1",
        "15m",
        "Instances serve different releases",
        "{{ $labels.job }} serves {{ $value }} releases at once.",
    ),
    Alert(
        "KitsuneReleaseRefused",
        "ticket",
        'increase(kitsune_release_reloads_total{result="refused"}[1h]) > 0',
        "0m",
        "A new release was refused",
        '{{ $labels.instance }} refused {{ $value | printf "%.0f" }} releases in an hour and serves the one before.',
    ),
    Alert(
        "KitsuneDrifts",
        "ticket",
        f"sum by ({BY}, profile) (increase(kitsune_drift_alarms_total[1d])) >= {t.DRIFT_WINDOWS}"
        f" and max by ({BY}, profile) (kitsune_drift_statistic) > {t.DRIFT:g}",
        "0m",
        "What is asked differs from what the bundle was trained on",
        '{{ $value | printf "%.0f" }} windows of a day alarmed for {{ $labels.profile }}, the last one among them.',
    ),
)

CATALOGUE: Final = (
    Alert(
        "KitsuneImportStale",
        "ticket",
        f"time() - max by ({BY}) (kitsune_import_timestamp_seconds) > {t.IMPORT_AGE_S}",
        "0m",
        "The catalogue is old",
        "The last import ended {{ $value | humanizeDuration }} ago.",
    ),
    Alert(
        "KitsuneImportRowsRefused",
        "ticket",
        f"{_rows('refused')} / ({_rows('refused')} + {_rows('accepted')}) > {t.ROWS_REFUSED}",
        "0m",
        "Rows of the feed were refused",
        "{{ $value | humanizePercentage }} of the last import's rows were no product.",
    ),
    Alert(
        "KitsuneCatalogueShrank",
        "ticket",
        f"max by ({BY}) (kitsune_index_products) / max by ({BY}) (kitsune_index_products offset 1d) < "
        f"{t.CATALOGUE_SHRANK}",
        "5m",
        "The catalogue shrank",
        "{{ $value | humanizePercentage }} of yesterday's products are left.",
    ),
)

FEEDBACK: Final = (
    Alert(
        "KitsuneFeedbackDrops",
        "ticket",
        f"{CLICKS} / ({CLICKS} offset 1w) < {t.FEEDBACK_DROP} and {SERVED} >= {t.FEEDBACK_OUTFITS}",
        "1h",
        "Shoppers click less, or clicks are not reported",
        "Clicks an outfit are {{ $value | humanizePercentage }} of those a week ago.",
    ),
    Alert(
        "KitsuneExperimentDegraded",
        "ticket",
        "kitsune_experiment_degraded == 1",
        "5m",
        "An experiment is not running",
        "{{ $labels.instance }} cannot load the trial's release; the control serves every caller.",
    ),
    Alert(
        "KitsunePredictionsLost",
        "ticket",
        f'sum by ({BY}) (rate(kitsune_predictions_total{{result!="logged"}}[30m]))'
        f" / sum by ({BY}) (rate(kitsune_predictions_total[30m])) > {t.PREDICTIONS_LOST}",
        "30m",
        "The prediction log loses answers",
        "{{ $value | humanizePercentage }} of answers are not in the prediction log.",
    ),
)
