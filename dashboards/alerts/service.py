"""Alerts of the objectives, and of what keeps the service from them."""

from typing import Final

from dashboards import thresholds as t
from dashboards.alerts.alert import OURS, Alert
from dashboards.recording import BY, FAILED, LATE, Budget


def _burn(budget: Budget, factor: float, long: str, short: str) -> str:
    """Hold while a budget burns over the long window and still does over the short one."""
    limit = f"{factor * budget.allowed:.3g}"
    enough = f"{budget.count(long)} >= {t.FEWEST_REQUESTS}"
    return f"({budget.share(long)} > {limit} and {budget.share(short)} > {limit} and {enough})"


def _fast(budget: Budget) -> str:
    return f"{_burn(budget, t.BURN_PAGE_1H, '1h', '5m')} or {_burn(budget, t.BURN_PAGE_6H, '6h', '30m')}"


def _slow(budget: Budget) -> str:
    return f"{_burn(budget, t.BURN_TICKET_1D, '1d', '2h')} or {_burn(budget, t.BURN_TICKET_3D, '3d', '6h')}"


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
