"""The board Catalogue and engine: is the shop's catalogue fresh and whole, and does the engine find in it?"""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import thresholds as t
from dashboards.panels import Limits, Row, board, choice, lines, number, versions
from dashboards.queries import EXPORTER, quantile, rate, series, total

REFUSED, ACCEPTED = (f"max({series('kitsune_import_rows', row)})" for row in ('result="refused"', 'result="accepted"'))

USED, MOST = (series(f"elasticsearch_jvm_memory_{of}_bytes", 'area="heap"', of=EXPORTER) for of in ("used", "max"))
FREE, SIZE = (series(f"elasticsearch_filesystem_data_{of}_bytes", of=EXPORTER) for of in ("available", "size"))
SEARCHES, TOOK = (
    total(rate(f"elasticsearch_indices_search_query_{of}", of=EXPORTER), "name") for of in ("total", "time_seconds")
)

IMPORTS: Final = Row(
    "Imports",
    "**Old**: the import job did not run, or failed: read its log and `runs.jsonl`. **Rows refused**: the feed has "
    "changed; the import's report names the columns and rows. **A reload refused**: the service still serves the "
    "release before; its log says why.",
    [
        number(
            "Age of the last import",
            "Seconds since the last import ended.",
            "s",
            f"time() - max({series('kitsune_import_timestamp_seconds')})",
            limits=Limits(bad=t.IMPORT_AGE_S, warning=t.IMPORT_AGE_S * 2 / 3),
            span=6,
        ),
        number(
            "Rows refused",
            "Share of the last import's rows that were no product.",
            "percentunit",
            f"{REFUSED} / ({REFUSED} + {ACCEPTED})",
            limits=Limits(bad=t.ROWS_REFUSED, warning=t.ROWS_REFUSED / 2),
            span=6,
        ),
        number(
            "Age of the generation",
            "Seconds since the index in use was built. Changes of price and stock come into it without a build.",
            "s",
            f"time() - min({series('kitsune_generation_timestamp_seconds')})",
            span=6,
        ),
        versions(
            "Release",
            "Instances by bundle and mapping. Two for long: an instance did not follow the release.",
            f"count by (bundle, mapping, engine) ({series('kitsune_release_info')} == 1)",
            "{{bundle}} {{mapping}} {{engine}}",
            span=6,
        ),
        lines(
            "Rows of the last import",
            "Rows by what became of them.",
            "short",
            {"{{result}}": f"max by (result) ({series('kitsune_import_rows')})"},
            span=12,
        ),
        lines(
            "Reloads",
            "Releases that were taken over, and refused, an hour.",
            "short",
            {"{{result}}": f"sum by (result) (increase({series('kitsune_release_reloads_total')}[1h]))"},
            span=12,
        ),
    ],
)

INDEX: Final = Row(
    "Index",
    "**Products fall**: the feed was cut short; `kitsune rollback` serves the catalogue before. **Instances "
    "differ**: one did not reload; its log says why.",
    [
        lines(
            "Products",
            "Products in the index that an instance serves.",
            "short",
            {"{{instance}}": series("kitsune_index_products")},
            span=12,
        ),
        lines(
            "Size",
            "Bytes of the index that the engine knows of; Elasticsearch reports its own below.",
            "bytes",
            {"{{instance}}": series("kitsune_index_size_bytes")},
            span=12,
        ),
    ],
)

ENGINE: Final = Row(
    "Engine",
    "**Breaker open**: Kitsune has stopped to ask an engine that does not answer, and asks again by itself. Look at "
    "the engine: is it up, is its disk full? **too_late**: it answers, but late: fewer candidates, more shards, or a "
    "larger machine.",
    [
        lines(
            "Calls",
            "Calls to the engine a second, by what came of them.",
            "ops",
            {"{{result}}": total(rate("kitsune_engine_calls_total"), "result")},
            stacked=True,
            span=6,
        ),
        lines(
            "Latency of calls",
            "Seconds that a batch of searches takes.",
            "s",
            {f"p{q * 100:.0f}": quantile(q, "kitsune_engine_call_duration_seconds") for q in (0.5, 0.95, 0.99)},
            limits=Limits(bad=t.QUICK_S),
            span=6,
        ),
        lines(
            "Retries",
            "Calls that were tried again, a second.",
            "ops",
            {"retries": total(rate("kitsune_engine_retries_total"))},
            span=6,
        ),
        lines(
            "Breaker",
            "0 closed, 1 half open, 2 open.",
            "none",
            {"{{instance}}": series("kitsune_engine_breaker_state")},
            limits=Limits(bad=2, warning=1),
            most=2,
            span=6,
        ),
    ],
)

ELASTICSEARCH: Final = Row(
    "Elasticsearch",
    "Empty without Elasticsearch and its exporter. **Red**: a shard is lost, and searches fail. **Heap above three "
    "quarters** for long, or **searches rejected**: the cluster is too small. **Disk**: at 85 % Elasticsearch stops "
    "to place shards.",
    [
        lines(
            "State",
            "The state of the cluster that is so.",
            "none",
            {"{{color}}": f"max by (color) ({series('elasticsearch_cluster_health_status', of=EXPORTER)})"},
            most=1,
        ),
        lines(
            "Searches",
            "Searches a second and shard.",
            "ops",
            {"{{name}}": SEARCHES},
        ),
        lines(
            "Latency of searches",
            "Seconds that a search takes in a shard.",
            "s",
            {"{{name}}": f"{TOOK} / {SEARCHES}"},
        ),
        lines(
            "Heap",
            "Share of the Java heap in use.",
            "percentunit",
            {"{{name}}": f"sum by (name) ({USED}) / sum by (name) ({MOST})"},
            most=1,
            limits=Limits(bad=0.9, warning=0.75),
        ),
        lines(
            "Searches rejected",
            "Searches a second that found the queue full.",
            "ops",
            {"{{name}}": total(rate("elasticsearch_thread_pool_rejected_count", 'type="search"', of=EXPORTER), "name")},
        ),
        lines(
            "Disk left",
            "Share of the data disk that is free.",
            "percentunit",
            {"{{name}}": f"min by (name) ({FREE} / {SIZE})"},
            most=1,
            limits=Limits(bad=0.1, warning=0.15),
        ),
    ],
)


def build() -> Dashboard:
    """Build the board."""
    return board(
        "kitsune-catalogue",
        "Kitsune: Catalogue and engine",
        "Is the shop's catalogue fresh and whole, and does the engine find in it?",
        [IMPORTS, INDEX, ENGINE, ELASTICSEARCH],
        choice("exporter", "Elasticsearch exporter", "elasticsearch_cluster_health_status, job"),
        choice("cluster", "Cluster", 'elasticsearch_cluster_health_status{job=~"$exporter"}, cluster'),
    )
