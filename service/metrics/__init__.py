"""What Prometheus is told, for each application in a registry of its own: several live in one process.

series.py     counters and histograms whose series are all there from the start
http.py       requests, as the instrumentator sees them
answers.py    what the model answers: an observer of answers
release.py    what is served: release, index, the last import
engine.py     calls to the index, and the breaker before it
process.py    processor, memory, files, garbage, and how late the event loop is
several.py    several processes that count as one

`docs/metrics.md` lists every metric with what it tells; a test holds the two together.
"""

from prometheus_client import CollectorRegistry, disable_created_metrics

from service.metrics.answers import AnswerMetrics
from service.metrics.engine import EngineMetrics
from service.metrics.http import HttpMetrics
from service.metrics.process import ProcessMetrics
from service.metrics.release import ImportMetrics, ReleaseMetrics

__all__ = ["Metrics"]


class Metrics:
    """All that one application counts; whoever has more to tell adds it to the registry."""

    def __init__(self) -> None:
        # A series for each counter that says when it began doubles them, and nobody asks.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.http = HttpMetrics(self.registry)
        self.answers = AnswerMetrics(self.registry)
        self.release = ReleaseMetrics(self.registry)
        self.imports = ImportMetrics(self.registry)
        self.engine = EngineMetrics(self.registry)
        self.process = ProcessMetrics(self.registry)
