"""What Prometheus scrapes: the instrumentator's default metrics, in a registry of the application's own."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator


def instrument(app: FastAPI, registry: CollectorRegistry) -> None:
    """Measure every request by its route's template, and serve the figures at `/metrics`.

    A registry for each application lets several live in one process. Addresses without a route share one label, so
    that a scan of random paths adds no series.
    """
    instrumentator = Instrumentator(registry=registry)
    instrumentator.instrument(app).expose(app, tags=["health"])
