"""What this machine's Prometheus cannot show, counted and with its reason."""

from collections.abc import Mapping

NOT_EXPORTED_YET = {
    "kitsune_drift_alarms",
    "kitsune_drift_statistic",
    "kitsune_drift_window_share",
    "kitsune_drift_hooks",
    "kitsune_drift_windows",
    "kitsune_experiment_degraded",
    "kitsune_feedback",
    "kitsune_feedback_heads",
    "kitsune_feedback_slots",
    "kitsune_feedback_sources",
    "kitsune_feedback_unjoined",
    "kitsune_feedback_versions",
    "kitsune_golden_query_matches",
    "kitsune_predictions",
    "kitsune_shadow",
    "kitsune_shadow_overlap",
    "kitsune_variant_outfits",
    "kitsune_variant_outfits_degraded",
}
"""Metrics whose panels and alerts stand ready for them."""

OTHER_EXPORTERS = {
    "container_cpu_cfs_periods_total",
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_usage_seconds_total",
    "container_fs_reads_bytes_total",
    "container_fs_writes_bytes_total",
    "container_memory_working_set_bytes",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
    "container_spec_memory_limit_bytes",
    "elasticsearch_cluster_health_status",
    "elasticsearch_filesystem_data_available_bytes",
    "elasticsearch_filesystem_data_size_bytes",
    "elasticsearch_indices_search_query_time_seconds",
    "elasticsearch_indices_search_query_total",
    "elasticsearch_jvm_memory_max_bytes",
    "elasticsearch_jvm_memory_used_bytes",
    "elasticsearch_thread_pool_rejected_count",
}

EMPTY_ROWS: Mapping[str, str] = {
    "Elasticsearch": "this service has another engine; test_exporter.py looks at these",
    "Containers": "cAdvisor runs in Kubernetes' kubelet",
    "Drift": "not exported yet",
    "Feedback": "not exported yet",
    "A/B and shadow": "not exported yet",
}
"""Rows that an embedded service without Kubernetes leaves empty."""
