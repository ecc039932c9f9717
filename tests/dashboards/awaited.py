"""What this machine's Prometheus cannot show, counted and with its reason."""

from collections.abc import Mapping

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
}
"""Rows that an embedded service without Kubernetes leaves empty."""
