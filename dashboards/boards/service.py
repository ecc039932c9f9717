"""The board Service: is the shopper answered, in time, and how much is left before it is not?"""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import thresholds as t
from dashboards.panels import Limits, Row, board, lines, number, spread, versions
from dashboards.queries import quantile, rate, series, share, total, within
from dashboards.recording import FAILED, LATE, OUTFITS, SHOPPERS

REQUESTS: Final = "kitsune_http_requests_total"
DURATION: Final = "kitsune_http_request_duration_seconds"
FAILED_ONES: Final = 'status="5xx"'
JOB_CHOSEN: Final = 'job=~"$job"'
"""Recorded series have no instance."""

OBJECTIVES: Final = Row(
    "Objectives",
    f"Objectives: {t.ANSWERED:.1%} of shoppers' requests answered, {t.QUICK:.0%} of those for outfits within "
    f"{t.QUICK_S * 1000:.0f} ms. A burn of 1 uses up the budget of thirty days in just thirty days. "
    "**Red?** See *Errors* for the reason and *Latency* for the stage, then the runbook of the alert.",
    [
        number(
            "Answered",
            "Share of shoppers' requests that got no 5xx, over the chosen time. Health checks and admin calls are "
            "left out.",
            "percentunit",
            f"1 - {share(within(REQUESTS, SHOPPERS, FAILED_ONES), within(REQUESTS, SHOPPERS))}",
            limits=Limits(bad=t.ANSWERED, warning=(1 + t.ANSWERED) / 2),
        ),
        number(
            "In time",
            f"Share of requests for outfits that took at most {t.QUICK_S * 1000:.0f} ms, over the chosen time.",
            "percentunit",
            share(within(f"{DURATION}_bucket", OUTFITS, f'le="{t.QUICK_S}"'), within(f"{DURATION}_count", OUTFITS)),
            limits=Limits(bad=t.QUICK, warning=(1 + t.QUICK) / 2),
        ),
        number(
            "Ready",
            "Share of the instances that are ready to serve: bundle, generation and mapping agree and the index is "
            "not empty.",
            "percentunit",
            f"avg({series('kitsune_ready')})",
            limits=Limits(bad=0.5, warning=1),
        ),
        number(
            "Outfits",
            "Answered requests for outfits a second.",
            "reqps",
            total(rate(REQUESTS, OUTFITS, 'status="2xx"')),
        ),
        versions(
            "Versions",
            "Instances by the version of the service. Two for long: a deployment did not finish.",
            f"count by (version) ({series('kitsune_build_info')})",
            "{{version}}",
        ),
        lines(
            "Burn of the error budget",
            "How many times faster than allowed requests fail, over a short and three long windows. "
            f"{t.BURN_PAGE_1H} over an hour pages, {t.BURN_TICKET_3D:.0f} over three days makes a ticket.",
            "none",
            {w: FAILED.burn(w, JOB_CHOSEN) for w in ("5m", "1h", "6h", "3d")},
            limits=Limits(bad=t.BURN_PAGE_1H, warning=t.BURN_TICKET_3D),
            span=12,
        ),
        lines(
            "Burn of the latency budget",
            "The same of requests for outfits that are answered later than the objective says.",
            "none",
            {w: LATE.burn(w, JOB_CHOSEN) for w in ("5m", "1h", "6h", "3d")},
            limits=Limits(bad=t.BURN_PAGE_1H, warning=t.BURN_TICKET_3D),
            span=12,
        ),
    ],
)

ERRORS: Final = Row(
    "Requests and errors",
    "**4xx** is the caller's doing: look at the reasons, and at what was deployed last beside Kitsune. "
    "**unavailable** and **too_late**: look at the engine, on the board *Catalogue and engine*. "
    "**internal** is a bug: the log has the trace under the request id.",
    [
        lines(
            "Requests",
            "Requests a second by group of routes.",
            "reqps",
            {"{{endpoint}}": total(rate(REQUESTS), "endpoint")},
            stacked=True,
        ),
        lines(
            "Requests by status",
            "Requests a second by class of status.",
            "reqps",
            {"{{status}}": total(rate(REQUESTS), "status")},
            stacked=True,
        ),
        lines(
            "Errors by reason",
            "Refused and failed requests a second.",
            "reqps",
            {"{{reason}}": total(rate("kitsune_http_errors_total"), "reason")},
            stacked=True,
        ),
    ],
)

LATENCY: Final = Row(
    "Latency",
    "Which stage grew? **search**: the engine, or a filter that fits few products. **encode**: photos and texts, "
    "which cost a model. **All of them**: the processor is short, see *Saturation*.",
    [
        lines(
            "Requests for outfits",
            "Seconds from request to answer, of the half, the 95 and the 99 in a hundred that were quickest.",
            "s",
            {f"p{q * 100:.0f}": quantile(q, DURATION, OUTFITS) for q in (0.5, 0.95, 0.99)},
            limits=Limits(bad=t.QUICK_S),
        ),
        lines(
            "p99 by route",
            "The same by group of routes.",
            "s",
            {"{{endpoint}}": quantile(0.99, DURATION, by="endpoint")},
        ),
        lines(
            "p95 by stage",
            "Seconds that the stages of an outfit take.",
            "s",
            {"{{stage}}": quantile(0.95, "kitsune_stage_duration_seconds", by="stage")},
        ),
        spread("Spread", "Requests for outfits a second by how long they took.", "s", DURATION, OUTFITS),
        lines(
            "Size of requests",
            "Bytes of the body, p95 by group of routes.",
            "bytes",
            {"{{endpoint}}": quantile(0.95, "kitsune_http_request_size_bytes", by="endpoint")},
        ),
        lines(
            "Size of answers",
            "Bytes of the body, p95 by group of routes. Large ones: a caller asks for many candidates.",
            "bytes",
            {"{{endpoint}}": quantile(0.95, "kitsune_http_response_size_bytes", by="endpoint")},
        ),
    ],
)

SATURATION: Final = Row(
    "Saturation",
    "**Lag or in progress rises with the traffic**: add an instance. **Without traffic**: a photo, an import or "
    "another process keeps the processor; the board *Resources* tells which.",
    [
        lines(
            "In progress",
            "Requests under way. As many as the rate times the latency are usual.",
            "short",
            {"{{instance}}": series("kitsune_http_requests_in_progress")},
        ),
        lines(
            "Lag of the event loop",
            "Seconds that a ready request waits for its turn, p99.",
            "s",
            {"{{instance}}": quantile(0.99, "kitsune_event_loop_lag_seconds", by="instance")},
            limits=Limits(bad=t.EVENT_LOOP_LAG_S),
        ),
        lines(
            "CPU",
            "Cores that a process uses.",
            "short",
            {"{{instance}}": rate("process_cpu_seconds_total")},
            limits=Limits(bad=t.CPU_CORES),
        ),
    ],
)


def build() -> Dashboard:
    """Build the board."""
    return board(
        "kitsune-service",
        "Kitsune: Service",
        "Is the shopper answered, in time, and how much is left before it is not?",
        [OBJECTIVES, ERRORS, LATENCY, SATURATION],
    )
