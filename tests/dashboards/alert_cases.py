"""For every alert, series that it fires at and series, close by, that it does not fire at.

Series are in promtool's notation: `0+5x60` begins at 0 and grows by 5 at each of 60 more steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Series = Mapping[str, str]

JOB = 'job="kitsune"'
LABELS = {"job": "kitsune"}
ONE = f'{JOB}, instance="a:8000"'
POD = 'container="kitsune", namespace="shop", pod="kitsune-1"'


@dataclass(frozen=True, slots=True)
class Case:
    """What one alert is proven by."""

    fires: Series
    quiet: Series
    at: str
    """When both are looked at."""
    value: str
    """The value, as the description of the one that fires words it."""
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    step: str = "1m"


def _requests(failed: str, served: str) -> Series:
    return {
        f'kitsune_http_requests_total{{{JOB}, endpoint="outfits", status="5xx"}}': failed,
        f'kitsune_http_requests_total{{{JOB}, endpoint="outfits", status="2xx"}}': served,
        # Probes of a service that is not ready are no failed requests.
        f'kitsune_http_requests_total{{{JOB}, endpoint="health", status="5xx"}}': "0+100x2000",
    }


def _timed(quick: str, all_of_them: str) -> Series:
    bucket = f'kitsune_http_request_duration_seconds_bucket{{{JOB}, endpoint="outfits", le="0.3"}}'
    count = f'kitsune_http_request_duration_seconds_count{{{JOB}, endpoint="%s"}}'
    return {
        bucket: quick,
        count % "outfits": all_of_them,
        # Photos take longer and are not in this objective.
        count % "photo": "0+100x2000",
    }


def _slots(part: str, filled: str) -> Series:
    name, outfits = (f"{name}{{{JOB}, %s}}" for name in ("kitsune_slots_total", "kitsune_outfits_total"))
    return {
        f'kitsune_slots_empty_total{{{JOB}, slot="2"}}': part,
        name % 'source="mapping"': filled,
        name % 'source="fallback"': part,
        outfits % 'result="whole"': "0+10x300",
    }


def _release(instance: str, generation: str) -> str:
    return (
        f'kitsune_release_info{{{JOB}, instance="{instance}", bundle="b", space="s", generation="{generation}", '
        'mapping="m", engine="embedded"}'
    )


def _drift(alarms: str, statistic: str) -> Series:
    return {
        f'kitsune_drift_alarms_total{{{ONE}, profile="targets"}}': alarms,
        f'kitsune_drift_statistic{{{ONE}, profile="targets"}}': statistic,
    }


def _rows(refused: int) -> Series:
    rows = {"refused": refused, "accepted": 900}
    return {f'kitsune_import_rows{{{ONE}, result="{result}"}}': f"{n}x10" for result, n in rows.items()}


def _clicks(then: int, now: int) -> Series:
    """Clicks an hour for a week, and from then on."""
    return {
        f'kitsune_feedback_total{{{JOB}, event="click"}}': f"0+{then}x167 {then * 167 + now}+{now}x10",
        f'kitsune_outfits_total{{{JOB}, result="whole"}}': "0+400x180",
    }


def _predictions(dropped: str) -> Series:
    name = f"kitsune_predictions_total{{{JOB}, result=%s}}"
    return {name % '"dropped"': dropped, name % '"logged"': "0+100x100"}


def _container(metric: str, value: str, limit: str) -> Series:
    of, over = metric.split("/")
    return {f"container_{of}{{{POD}}}": value, f"container_{over}{{{POD}}}": limit}


MEMORY = "memory_working_set_bytes/spec_memory_limit_bytes"
THROTTLED = "cpu_cfs_throttled_periods_total/cpu_cfs_periods_total"
INSTANCE = {**LABELS, "instance": "a:8000"}
IN_A_POD = {"namespace": "shop", "pod": "kitsune-1"}

CASES: Mapping[str, Case] = {
    "KitsuneErrorBudgetBurnsFast": Case(_requests("0+10x70", "0+90x70"), _requests("0+2x70", "0+98x70"), "70m", "10%"),
    "KitsuneErrorBudgetBurnsSlowly": Case(
        _requests("0+20x300", "0+980x300"), _requests("0+4x300", "0+996x300"), "25h", "2%", step="5m"
    ),
    "KitsuneLatencyBudgetBurnsFast": Case(_timed("0+80x70", "0+100x70"), _timed("0+95x70", "0+100x70"), "70m", "20%"),
    "KitsuneLatencyBudgetBurnsSlowly": Case(
        _timed("0+96x300", "0+100x300"), _timed("0+995x300", "0+1000x300"), "25h", "4%", step="5m"
    ),
    "KitsuneDown": Case(
        {f"up{{{ONE}}}": "1 0x10"}, {f"up{{{ONE}}}": "0x10", f'up{{{JOB}, instance="b"}}': "1x10"}, "5m", "0"
    ),
    "KitsuneInstanceDown": Case({f"up{{{ONE}}}": "1 0x20"}, {f"up{{{ONE}}}": "0x7 1x20"}, "15m", "0", INSTANCE),
    "KitsuneNotReady": Case(
        {f"kitsune_ready{{{ONE}}}": "1 0x10"},
        {f"kitsune_ready{{{ONE}}}": "0x10", f'kitsune_ready{{{JOB}, instance="b"}}': "1x10"},
        "5m",
        "0",
    ),
    "KitsuneInstanceNotReady": Case(
        {f"kitsune_ready{{{ONE}}}": "1 0x20"}, {f"kitsune_ready{{{ONE}}}": "0x7 1x20"}, "15m", "0", INSTANCE
    ),
    "KitsuneBreakerOpen": Case(
        {f"kitsune_engine_breaker_state{{{ONE}}}": "0 2 1 2 1 2 1 2"},
        {f"kitsune_engine_breaker_state{{{ONE}}}": "0 2 0x10"},
        "5m",
        "2",
    ),
    "KitsuneEventLoopLags": Case(
        {
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="0.1"}}': "0+10x30",
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="0.5"}}': "0+20x30",
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="+Inf"}}': "0+20x30",
        },
        {
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="0.1"}}': "0+20x30",
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="0.5"}}': "0+20x30",
            f'kitsune_event_loop_lag_seconds_bucket{{{ONE}, le="+Inf"}}': "0+20x30",
        },
        "20m",
        "492ms",
        INSTANCE,
    ),
    "KitsuneManySlotsEmpty": Case(_slots("0+40x60", "0+60x60"), _slots("0+20x60", "0+80x60"), "50m", "40%"),
    "KitsuneSlotsEmpty": Case(_slots("0+10x90", "0+90x90"), _slots("0+4x90", "0+96x90"), "80m", "10%"),
    "KitsuneSlotsFallBack": Case(_slots("0+20x90", "0+80x90"), _slots("0+9x90", "0+91x90"), "80m", "20%"),
    "KitsuneGoldenQueryFails": Case(
        {f"kitsune_golden_query_matches{{{ONE}}}": "0x10"},
        {f"kitsune_golden_query_matches{{{ONE}}}": "1x10"},
        "5m",
        "0",
        INSTANCE,
    ),
    "KitsuneReleasesDiffer": Case(
        {_release("a", "g1"): "1x30", _release("b", "g2"): "1x30"},
        # The second instance follows five minutes later.
        {_release("a", "g2"): "1x30", _release("b", "g1"): "1x5 stale", _release("b", "g2"): "_x6 1x20"},
        "20m",
        "2",
    ),
    "KitsuneReleaseRefused": Case(
        {f'kitsune_release_reloads_total{{{ONE}, result="refused"}}': "0x10 1x50"},
        {f'kitsune_release_reloads_total{{{ONE}, result="refused"}}': "0 1x80"},
        "65m",
        "1",
        {**INSTANCE, "result": "refused"},
    ),
    "KitsuneDrifts": Case(
        _drift("0+1x2 2x30", "0.5 2x30"),
        _drift("0 1x30", "0.5 2x30"),
        "5h",
        "2",
        {**LABELS, "profile": "targets"},
        step="10m",
    ),
    "KitsuneImportStale": Case(
        {f"kitsune_import_timestamp_seconds{{{ONE}}}": "0x500"},
        {f"kitsune_import_timestamp_seconds{{{ONE}}}": "0x200 86400x300"},
        "40h",
        "1d 16h 0m 0s",
        step="5m",
    ),
    "KitsuneImportRowsRefused": Case(_rows(100), _rows(40), "5m", "10%"),
    "KitsuneCatalogueShrank": Case(
        {f"kitsune_index_products{{{ONE}}}": "1000x250 400x100"},
        {f"kitsune_index_products{{{ONE}}}": "1000x250 600x100"},
        "25h",
        "40%",
        step="5m",
    ),
    "KitsuneFeedbackDrops": Case(_clicks(80, 20), _clicks(80, 60), "175h", "25%", step="1h"),
    "KitsuneExperimentDegraded": Case(
        {f"kitsune_experiment_degraded{{{ONE}}}": "0 1x10"},
        {f"kitsune_experiment_degraded{{{ONE}}}": "0 1 1 0x10"},
        "10m",
        "1",
        INSTANCE,
    ),
    "KitsunePredictionsLost": Case(_predictions("0+10x100"), _predictions("0+1x100"), "80m", "9.091%"),
    "KitsuneMemoryHigh": Case(
        {f"process_resident_memory_bytes{{{ONE}}}": "3221225472x30"},
        {f"process_resident_memory_bytes{{{ONE}}}": "1073741824x30"},
        "20m",
        "3Gi",
        INSTANCE,
    ),
    "KitsuneCpuHigh": Case(
        {f"process_cpu_seconds_total{{{ONE}}}": "0+60x40"},
        {f"process_cpu_seconds_total{{{ONE}}}": "0+48x40"},
        "30m",
        "1",
        INSTANCE,
    ),
    "KitsuneOpenFilesHigh": Case(
        {f"process_open_fds{{{ONE}}}": "900x30", f"process_max_fds{{{ONE}}}": "1000x30"},
        {f"process_open_fds{{{ONE}}}": "700x30", f"process_max_fds{{{ONE}}}": "1000x30"},
        "20m",
        "90%",
        INSTANCE,
    ),
    "KitsuneContainerMemoryHigh": Case(
        _container(MEMORY, "95x30", "100x30"), _container(MEMORY, "95x30", "0x30"), "20m", "95%", IN_A_POD
    ),
    "KitsuneContainerThrottled": Case(
        _container(THROTTLED, "0+30x40", "0+100x40"),
        _container(THROTTLED, "0+20x40", "0+100x40"),
        "30m",
        "30%",
        IN_A_POD,
    ),
}
