"""Alerts of what the processes and their containers use up."""

from typing import Final

from dashboards import thresholds as t
from dashboards.alerts.alert import OURS, Alert

CONTAINER: Final = 'container="kitsune"'

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
