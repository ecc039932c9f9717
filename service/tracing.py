"""Traces: one span an answer and, in it, one a stage. They are made after the answer, of times that are taken anyway.

Where spans go and how many of them, OpenTelemetry's own variables say: OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from opentelemetry.trace import TracerProvider, set_span_in_context

from service.errors import MissingExtra
from service.observation import Observation

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider

SERVICE = "kitsune"

FLUSH_S = 2.0
"""How long the end of the process waits for spans that are not sent yet; a collector may be away."""


class AnswerTracing:
    """An `Observer` that makes spans of answers."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer(SERVICE)

    def observe(self, seen: Observation) -> None:
        """Make the spans of one answer, which has just been made."""
        took_ns = {stage: round(duration_s * 1e9) for stage, duration_s in seen.stages_s.items()}
        start_ns = time.time_ns() - sum(took_ns.values())
        answer = self._tracer.start_span("outfit", start_time=start_ns, attributes=_attributes(seen))
        within = set_span_in_context(answer)
        for stage, duration_ns in took_ns.items():
            span = self._tracer.start_span(stage, within, start_time=start_ns)
            start_ns += duration_ns
            span.end(start_ns)
        answer.end(start_ns)


def _attributes(seen: Observation) -> dict[str, str | int | tuple[str, ...]]:
    outfit = seen.outfit
    return {
        "kitsune.request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "kitsune.outfit_id": outfit.outfit_id,
        "kitsune.taxonomy": outfit.seed.taxonomy,
        "kitsune.looks": len(outfit.looks),
        "kitsune.degraded": outfit.degraded,
        "kitsune.bundle": outfit.versions.bundle,
        "kitsune.generation": outfit.versions.generation,
        "kitsune.mapping": outfit.versions.mapping,
    }


@contextmanager
def traced() -> Iterator[AnswerTracing]:
    """Give an observer whose spans are sent by OTLP over HTTP, in batches, from a thread of their own.

    Raises:
        MissingExtra: the SDK is not installed.
    """
    provider = _exporting()
    try:
        yield AnswerTracing(provider)
    finally:
        # It has no deadline of its own that holds while a collector is away.
        flushing = threading.Thread(target=provider.shutdown, daemon=True)
        flushing.start()
        flushing.join(FLUSH_S)


def _exporting() -> "SdkTracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "KITSUNE_TRACING needs OpenTelemetry's SDK: install it with `pip install 'kitsune-outfits[tracing]'`."
        ) from error
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
