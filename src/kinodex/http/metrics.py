"""Figures for a monitoring system, in the text format of Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from kinodex.http.gates import Gates
from kinodex.usecases.health import Figures
from kinodex.usecases.known_answers import KnownAnswers

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Words a client makes up must not become series."""
_BOUNDS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)


class HttpFigures:
    """What requests this process has answered."""

    def __init__(self, gates: Gates, known: KnownAnswers) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Known(known))
        self._registry.register(_Crowd(gates))
        self._requests = Counter(
            "kinodex_http_requests",
            "Requests answered; 499 are those whose client left.",
            ("method", "route", "version", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "kinodex_http_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("route",),
            buckets=_BOUNDS_S,
            registry=self._registry,
        )
        self._received = Counter(
            "kinodex_http_received_bytes", "Bytes of request bodies.", registry=self._registry
        )
        self._series: dict[tuple[str, str, str, int], tuple[Counter, Histogram]] = {}

    def count(
        self, method: str, route: str, *, version: str, status: int, seconds: float, received: int
    ) -> None:
        """Count one request."""
        shown = method if method in _METHODS else "other"
        name = (shown, route, version, status)
        series = self._series.get(name)
        if series is None:  # few words each, so few series
            series = self._requests.labels(shown, route, version, str(status)), self._seconds.labels(route)
            self._series[name] = series
        series[0].inc()
        series[1].observe(seconds)
        if received:
            self._received.inc(received)

    def exposition(self, figures: Figures) -> bytes:
        """Return these figures and those of the server in the text format."""
        others = CollectorRegistry()
        others.register(_Snapshot(figures))
        return generate_latest(self._registry) + generate_latest(others)


class _Crowd:
    """Who is at the gates of this process as the library asks for it."""

    def __init__(self, gates: Gates) -> None:
        self._gates = gates

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily(
            "kinodex_gate_running", "Heavy requests that run, by kind.", labels=["gate"]
        )
        waiting = GaugeMetricFamily(
            "kinodex_gate_waiting", "Heavy requests that wait for their turn, by kind.", labels=["gate"]
        )
        refused = CounterMetricFamily(
            "kinodex_gate_refused",
            "Heavy requests refused: for their key, for the server, late or stopping.",
            labels=["gate", "reason"],
        )
        for gate in self._gates:
            running.add_metric([gate.name], gate.running)
            waiting.add_metric([gate.name], gate.waiting)
            for reason, number in dict(gate.refused).items():
                refused.add_metric([gate.name, reason], number)
        yield from (running, waiting, refused)


class _Known:
    """What is remembered of searches in this process as the library asks for it."""

    def __init__(self, known: KnownAnswers) -> None:
        self._known = known

    def collect(self) -> Iterator[Metric]:
        figures = self._known.figures()
        answers = CounterMetricFamily(
            "kinodex_search_answers", "Answers to searches: remembered ones and new ones.", labels=["from"]
        )
        answers.add_metric(["memory"], figures.hits)
        answers.add_metric(["search"], figures.misses)
        yield answers
        yield GaugeMetricFamily(
            "kinodex_search_answers_held_bytes", "Bytes of remembered answers.", value=figures.held_bytes
        )


class _Snapshot:
    """The figures of one moment as the library asks for them."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from self._tasks()
        yield from self._speed()
        yield from self._engines()
        yield from self._webhooks()

    def _tasks(self) -> Iterator[Metric]:
        tasks = GaugeMetricFamily("kinodex_tasks", "Tasks by status.", labels=["status"])
        for status, number in self._figures.tasks.items():
            tasks.add_metric([status], number)
        yield tasks
        yield GaugeMetricFamily(
            "kinodex_tasks_waiting", "Tasks that are neither ready nor failed.", value=self._figures.waiting
        )
        yield GaugeMetricFamily(
            "kinodex_oldest_waiting_seconds",
            "Age of the oldest of these tasks.",
            value=self._figures.oldest_waiting_s,
        )

    def _webhooks(self) -> Iterator[Metric]:
        figures = self._figures.webhooks
        webhooks = GaugeMetricFamily("kinodex_webhooks", "Webhooks by state.", labels=["state"])
        webhooks.add_metric(["enabled"], figures.enabled)
        webhooks.add_metric(["disabled"], figures.disabled)
        yield webhooks
        deliveries = GaugeMetricFamily(
            "kinodex_webhook_deliveries", "Deliveries kept, by status.", labels=["status"]
        )
        for status, number in figures.deliveries.items():
            deliveries.add_metric([status], number)
        yield deliveries
        yield GaugeMetricFamily(
            "kinodex_webhook_oldest_pending_seconds",
            "Age of the oldest event that an enabled webhook has not been told of.",
            value=figures.oldest_pending_s,
        )

    def _speed(self) -> Iterator[Metric]:
        rates = self._figures.step_rates
        steps = GaugeMetricFamily(
            "kinodex_step_seconds_per_video_second",
            "Seconds a step takes for a second of video, the median of its last runs.",
            labels=["step"],
        )
        for step, rate in rates.items():
            steps.add_metric([step], rate)
        yield steps
        timed_out = CounterMetricFamily(
            "kinodex_steps_timed_out", "Steps ended because they took too long.", labels=["step"]
        )
        for step, number in self._figures.steps_timed_out.items():
            timed_out.add_metric([step], number)
        yield timed_out
        yield GaugeMetricFamily(
            "kinodex_steps_hanging", "Steps that could not be ended.", value=self._figures.steps_hanging
        )
        if whole := sum(rates.values()):
            yield GaugeMetricFamily(
                "kinodex_times_real_time", "Seconds of video indexed in a second.", value=1 / whole
            )

    def _engines(self) -> Iterator[Metric]:
        seconds = CounterMetricFamily(
            "kinodex_engine_seconds", "Seconds engines have worked.", labels=["engine"]
        )
        for engine, used in self._figures.engine_seconds.items():
            seconds.add_metric([engine], used)
        yield seconds
        items = CounterMetricFamily("kinodex_engine_items", "What engines have worked on.", labels=["engine"])
        for engine, number in self._figures.engine_items.items():
            items.add_metric([engine], number)
        yield items
