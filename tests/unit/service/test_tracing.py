import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service import tracing
from service.domain import OutfitRequest, ProductSeed
from service.errors import MissingExtra
from service.observation import Observation
from service.outfitting import observed_outfit
from service.tracing import AnswerTracing, traced
from tests.fakes import fake_release

pytestmark = pytest.mark.anyio

STAGES = ["lookup", "plan", "encode", "generate", "search", "assemble"]


async def seen() -> Observation:
    return await observed_outfit(fake_release(), ProductSeed("red-dress"), OutfitRequest(), timeout_s=5)


def spans_of(observation: Observation) -> tuple[list[ReadableSpan], ReadableSpan]:
    """Return the stages' spans, and the answer's."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    AnswerTracing(provider).observe(observation)
    *stages, answer = exporter.get_finished_spans()
    return stages, answer


async def test_an_answer_is_a_span_with_one_in_it_for_each_stage_end_to_end() -> None:
    observation = await seen()
    stages, answer = spans_of(observation)
    assert [span.name for span in stages] == STAGES
    assert answer.context is not None
    assert {span.parent.span_id for span in stages if span.parent} == {answer.context.span_id}
    begins, ends = [span.start_time for span in stages], [span.end_time for span in stages]
    assert [answer.start_time, *ends] == [*begins, answer.end_time]
    took_s = [((span.end_time or 0) - (span.start_time or 0)) / 1e9 for span in stages]
    assert took_s == pytest.approx([*observation.stages_s.values()], abs=2e-9)


async def test_a_span_leads_to_the_log_line_and_names_no_product() -> None:
    with structlog.contextvars.bound_contextvars(request_id="order-7"):
        _, answer = spans_of(await seen())
    assert answer.attributes is not None
    assert answer.attributes["kitsune.request_id"] == "order-7"
    assert answer.attributes["kitsune.taxonomy"] == "Dresses"
    assert "red-dress" not in str(dict(answer.attributes))


class Collector(HTTPServer):
    """Takes spans in by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[ExportTraceServiceRequest] = []


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(ExportTraceServiceRequest.FromString(content))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()
        thread.join()


async def test_what_was_not_sent_yet_is_sent_at_the_end(collector: Collector) -> None:
    observation = await seen()
    with traced() as tracer:
        tracer.observe(observation)
    (sent,) = collector.taken
    (resource,) = sent.resource_spans
    assert any(
        one.key == "service.name" and one.value.string_value == "kitsune" for one in resource.resource.attributes
    )
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == [*STAGES, "outfit"]


async def test_a_collector_that_is_away_holds_the_end_up_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(tracing, "FLUSH_S", 0.05)
    with traced() as tracer:
        tracer.observe(await seen())


def test_an_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtra, match=r"kitsune-outfits\[tracing\]"), traced():
        pass
