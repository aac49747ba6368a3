"""What the service tells of itself: Prometheus metrics, and one line of log a request. Never of pictures."""

import logging
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facewright.apps.serve.workshop import Workshop

log = logging.getLogger("facewright.serve")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Of one app: a registry of its own, so that two apps in a process do not count together."""

    def __init__(self, workshop: Workshop) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self.requests = Counter(
            "facewright_requests", "Requests answered", ("route", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "facewright_request_seconds",
            "From a request's head to its answer's end",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.faces = Counter("facewright_faces", "Faces found", registry=self._registry)
        for name, help, value in (
            ("inside", "Requests being received, waiting or worked on", lambda: workshop.inside),
            ("places", "Requests that may be inside at once", lambda: workshop.places),
            ("workers", "Requests that are worked on at once", lambda: workshop.workers),
        ):
            Gauge(f"facewright_{name}", help, registry=self._registry).set_function(value)

    def answer(self) -> Response:
        """In Prometheus's text format."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


class Teller:
    """Counts and logs each request by its route: what stands in the address itself is nobody's business."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = perf_counter(), 0

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            seconds = perf_counter() - begun
            self.metrics.requests.labels(route, status or "none").inc()
            self.metrics.seconds.labels(route).observe(seconds)
            log.info("%s %s %s %.0f ms", scope["method"], route or "/", status or "none", seconds * 1000)
