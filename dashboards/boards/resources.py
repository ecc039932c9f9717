"""The board Resources: what the processes and their containers use up."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import thresholds as t
from dashboards.panels import Limits, Row, board, choice, lines
from dashboards.queries import CONTAINER, POD, quantile, rate, series, total

PROCESS: Final = Row(
    "Processes",
    "**CPU near one core**: the event loop is full; add an instance. **Memory that never falls**: compare with the "
    "number of products; restart to win time, then report it. **Open files**: connections that nobody closes; look "
    "at the proxy's timeouts.",
    [
        lines(
            "CPU",
            "Cores that a process uses.",
            "short",
            {"{{instance}}": rate("process_cpu_seconds_total")},
            limits=Limits(bad=t.CPU_CORES),
        ),
        lines(
            "Memory",
            "Bytes that a process holds in memory, files that it maps among them.",
            "bytes",
            {"{{instance}}": series("process_resident_memory_bytes")},
            limits=Limits(bad=t.MEMORY_BYTES),
        ),
        lines(
            "Open files",
            "Share of the files and connections that a process may have open.",
            "percentunit",
            {"{{instance}}": f"{series('process_open_fds')} / {series('process_max_fds')}"},
            most=1,
            limits=Limits(bad=t.OPEN_FILES),
        ),
        lines(
            "Up",
            "Seconds since a process began. A saw tooth: something kills it.",
            "s",
            {"{{instance}}": f"time() - {series('process_start_time_seconds')}"},
        ),
        lines(
            "Lag of the event loop",
            "Seconds that a ready request waits for its turn.",
            "s",
            {f"p{q * 100:.0f}": quantile(q, "kitsune_event_loop_lag_seconds") for q in (0.5, 0.99)},
            limits=Limits(bad=t.EVENT_LOOP_LAG_S),
        ),
        lines(
            "Garbage collections",
            "Collections a second by generation; the oldest is the one that costs.",
            "ops",
            {"{{generation}}": total(rate("python_gc_collections_total"), "generation")},
        ),
    ],
)

CONTAINERS: Final = Row(
    "Containers",
    "On Kubernetes only; empty elsewhere. **Throttled**: raise the CPU limit, or take it away. **Memory near its "
    "limit**: the kernel kills what goes over it; raise it, or serve fewer products an instance.",
    [
        lines(
            "CPU of containers",
            "Cores that a container uses.",
            "short",
            {"{{pod}}": total(rate("container_cpu_usage_seconds_total", of=CONTAINER), "pod")},
        ),
        lines(
            "Throttled",
            "Share of periods in which a container ran into its CPU limit.",
            "percentunit",
            {
                "{{pod}}": f"{total(rate('container_cpu_cfs_throttled_periods_total', of=CONTAINER), 'pod')}"
                f" / {total(rate('container_cpu_cfs_periods_total', of=CONTAINER), 'pod')}"
            },
            most=1,
            limits=Limits(bad=t.CONTAINER_THROTTLED),
        ),
        lines(
            "Memory of containers",
            "Working set as a share of the limit.",
            "percentunit",
            {
                "{{pod}}": f"sum by (pod) ({series('container_memory_working_set_bytes', of=CONTAINER)})"
                f" / sum by (pod) ({series('container_spec_memory_limit_bytes', of=CONTAINER)} > 0)"
            },
            most=1,
            limits=Limits(bad=t.CONTAINER_MEMORY),
        ),
        lines(
            "Network",
            "Bytes a second to and from a pod.",
            "Bps",
            {
                "{{pod}} in": total(rate("container_network_receive_bytes_total", of=POD), "pod"),
                "{{pod}} out": total(rate("container_network_transmit_bytes_total", of=POD), "pod"),
            },
            span=12,
        ),
        lines(
            "Disk",
            "Bytes a second read and written.",
            "Bps",
            {
                "{{pod}} read": total(rate("container_fs_reads_bytes_total", of=CONTAINER), "pod"),
                "{{pod}} written": total(rate("container_fs_writes_bytes_total", of=CONTAINER), "pod"),
            },
            span=12,
        ),
    ],
)


def build() -> Dashboard:
    """Build the board."""
    return board(
        "kitsune-resources",
        "Kitsune: Resources",
        "What the processes and their containers use up.",
        [PROCESS, CONTAINERS],
        choice("namespace", "Namespace", 'container_memory_working_set_bytes{container="kitsune"}, namespace'),
    )
