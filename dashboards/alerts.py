"""Every alert, told once. `page` wakes somebody, because a shopper suffers now; `ticket` waits for the morning."""

from dataclasses import dataclass
from typing import Final, Literal

from dashboards import thresholds as t
from dashboards.recording import BY, CLICKS, FAILED, LATE, SERVED, Budget

OURS: Final = f'job="{t.JOB}"'
CONTAINER: Final = 'container="kitsune"'
RELEASE: Final = "bundle, space, generation, mapping"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; `lasting` is how long its expression has to hold before it fires."""

    name: str
    severity: Literal["page", "ticket"]
    expression: str
    lasting: str
    summary: str
    description: str

    @property
    def runbook(self) -> str:
        """The section of the runbooks that says what to do."""
        return f"{t.RUNBOOKS}#{self.name.lower()}"


def _burn(budget: Budget, factor: float, long: str, short: str) -> str:
    """Hold while a budget burns over the long window and still does over the short one."""
    limit = f"{factor * budget.allowed:.3g}"
    enough = f"{budget.count(long)} >= {t.FEWEST_REQUESTS}"
    return f"({budget.share(long)} > {limit} and {budget.share(short)} > {limit} and {enough})"


def _fast(budget: Budget) -> str:
    return f"{_burn(budget, t.BURN_PAGE_1H, '1h', '5m')} or {_burn(budget, t.BURN_PAGE_6H, '6h', '30m')}"


def _slow(budget: Budget) -> str:
    return f"{_burn(budget, t.BURN_TICKET_1D, '1d', '2h')} or {_burn(budget, t.BURN_TICKET_3D, '3d', '6h')}"


def _share_of_slots(part: str, limit: float) -> str:
    slots = f"sum by ({BY}) (rate(kitsune_slots_total[30m]))"
    enough = f"sum by ({BY}) (increase(kitsune_outfits_total[30m])) >= {t.FEWEST_OUTFITS}"
    return f"sum by ({BY}) (rate({part}[30m])) / {slots} > {limit} and {enough}"


def _rows(result: str) -> str:
    return f'max by ({BY}) (kitsune_import_rows{{result="{result}"}})'


OBJECTIVES: Final = (
    Alert(
        "KitsuneErrorBudgetBurnsFast",
        "page",
        _fast(FAILED),
        "2m",
        "Requests fail",
        f"{{{{ $value | humanizePercentage }}}} of shoppers' requests fail; {1 - t.ANSWERED:.1%} may.",
    ),
    Alert(
        "KitsuneErrorBudgetBurnsSlowly",
        "ticket",
        _slow(FAILED),
        "15m",
        "Requests fail now and then",
        f"{{{{ $value | humanizePercentage }}}} of shoppers' requests fail; {1 - t.ANSWERED:.1%} may.",
    ),
    Alert(
        "KitsuneLatencyBudgetBurnsFast",
        "page",
        _fast(LATE),
        "2m",
        "Outfits come late",
        f"{{{{ $value | humanizePercentage }}}} of requests for outfits take more than {t.QUICK_S:g} s; "
        f"{1 - t.QUICK:.0%} may.",
    ),
    Alert(
        "KitsuneLatencyBudgetBurnsSlowly",
        "ticket",
        _slow(LATE),
        "15m",
        "Outfits come late now and then",
        f"{{{{ $value | humanizePercentage }}}} of requests for outfits take more than {t.QUICK_S:g} s; "
        f"{1 - t.QUICK:.0%} may.",
    ),
)

SERVICE: Final = (
    Alert(
        "KitsuneDown",
        "page",
        f"sum by ({BY}) (up{{{OURS}}}) == 0 or absent(up{{{OURS}}}) - 1",
        "2m",
        "No instance answers",
        "Prometheus reaches {{ $value }} instances of {{ $labels.job }}.",
    ),
    Alert(
        "KitsuneInstanceDown",
        "ticket",
        f"up{{{OURS}}} == 0",
        "10m",
        "An instance does not answer",
        "Prometheus does not reach {{ $labels.instance }}.",
    ),
    Alert(
        "KitsuneNotReady",
        "page",
        f"max by ({BY}) (kitsune_ready) == 0",
        "2m",
        "No instance is ready",
        "{{ $value }} instances of {{ $labels.job }} are ready to serve.",
    ),
    Alert(
        "KitsuneInstanceNotReady",
        "ticket",
        "kitsune_ready == 0",
        "10m",
        "An instance is not ready",
        "{{ $labels.instance }} runs and is not ready to serve.",
    ),
    Alert(
        "KitsuneBreakerOpen",
        "page",
        f"max by ({BY}) (max_over_time(kitsune_engine_breaker_state[1m])) == 2",
        "2m",
        "The engine is away",
        "An instance of {{ $labels.job }} has stopped to ask its engine (state {{ $value }}).",
    ),
    Alert(
        "KitsuneEventLoopLags",
        "ticket",
        f"histogram_quantile(0.99, sum by ({BY}, instance, le) (rate(kitsune_event_loop_lag_seconds_bucket[5m])))"
        f" > {t.EVENT_LOOP_LAG_S}",
        "10m",
        "The event loop lags",
        "One request in a hundred waits {{ $value | humanizeDuration }} for its turn on {{ $labels.instance }}.",
    ),
)

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

RESOURCES: Final = (
    Alert(
        "KitsuneMemoryHigh",
        "ticket",
        f"process_resident_memory_bytes{{{OURS}}} > {t.MEMORY_BYTES}",
        "15m",
        "A process holds much memory",
        "{{ $labels.instance }} holds {{ $value | humanize1024 }}B.",
    ),
    Alert(
        "KitsuneCpuHigh",
        "ticket",
        f"rate(process_cpu_seconds_total{{{OURS}}}[5m]) > {t.CPU_CORES}",
        "15m",
        "A process fills its core",
        "{{ $labels.instance }} uses {{ $value | humanize }} cores.",
    ),
    Alert(
        "KitsuneOpenFilesHigh",
        "ticket",
        f"process_open_fds{{{OURS}}} / process_max_fds{{{OURS}}} > {t.OPEN_FILES}",
        "15m",
        "A process has many files open",
        "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its files open.",
    ),
    Alert(
        "KitsuneContainerMemoryHigh",
        "ticket",
        f"sum by (namespace, pod) (container_memory_working_set_bytes{{{CONTAINER}}})"
        f" / sum by (namespace, pod) (container_spec_memory_limit_bytes{{{CONTAINER}}} > 0) > {t.CONTAINER_MEMORY}",
        "15m",
        "A container is near its memory limit",
        "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit.",
    ),
    Alert(
        "KitsuneContainerThrottled",
        "ticket",
        f"sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total{{{CONTAINER}}}[5m])) / sum by "
        f"(namespace, pod) (rate(container_cpu_cfs_periods_total{{{CONTAINER}}}[5m])) > {t.CONTAINER_THROTTLED}",
        "15m",
        "A container is throttled",
        "{{ $labels.pod }} is held back in {{ $value | humanizePercentage }} of its periods.",
    ),
)

GROUPS: Final = {
    "kitsune-objectives": OBJECTIVES,
    "kitsune-service": SERVICE,
    "kitsune-model": MODEL,
    "kitsune-catalogue": CATALOGUE,
    "kitsune-feedback": FEEDBACK,
    "kitsune-resources": RESOURCES,
}
ALERTS: Final = tuple(alert for group in GROUPS.values() for alert in group)
