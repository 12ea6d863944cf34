"""How the server is: can it work, what can it do, how much has it done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.clock import now
from kinodex.domain.tasks import TaskStatus
from kinodex.domain.webhooks import EVENT_TYPES, DeliveryStatus
from kinodex.engines.executor import Executor
from kinodex.stores.protocols import BlobStore, Records, Transaction
from kinodex.usecases.estimates import STEPS
from kinodex.usecases.overdue import Overdue


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests and tasks can be served; ``reasons`` are empty when ready."""

    is_ready: bool
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFigures:
    """
    Numbers of webhooks and their deliveries.

    ``enabled`` and ``disabled`` count webhooks; ``deliveries`` those kept, by status; ``oldest_pending_s`` is
    the age of the oldest event that an enabled webhook has not been told of.
    """

    enabled: int
    disabled: int
    deliveries: Mapping[str, int]
    oldest_pending_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Numbers for a monitoring system.

    ``oldest_waiting_s`` is the age of the oldest unfinished task; ``step_rates`` seconds per second of
    video, by step; ``engine_seconds`` and ``engine_items`` what engines have done since the start.
    ``steps_timed_out`` are those that were ended as overdue since then, ``steps_hanging`` go on regardless.
    """

    tasks: Mapping[str, int]
    waiting: int
    oldest_waiting_s: float
    step_rates: Mapping[str, float]
    engine_seconds: Mapping[str, float]
    engine_items: Mapping[str, int]
    webhooks: WebhookFigures
    steps_timed_out: Mapping[str, int]
    steps_hanging: int


class Health:
    """The state of this process and what stands behind it."""

    def __init__(
        self,
        *,
        records: Records,
        blobs: BlobStore,
        executor: Executor,
        degraded: Callable[[], Sequence[str]],
        overdue: Overdue,
        profile: str,
    ) -> None:
        self._records = records
        self._blobs = blobs
        self._executor = executor
        self._degraded = degraded
        self.overdue = overdue
        self._profile = profile

    def readiness(self) -> Readiness:
        """Ask database, blob store and engines."""
        reasons = [
            reason
            for name, ask in (("database", self._records.ping), ("blob store", self._blobs.ping))
            if (reason := _problem(name, ask)) is not None
        ]
        reasons += [
            f"{role}: {reason}" for role, reason in self._executor.readiness().items() if reason is not None
        ]
        if (worn_out := self.overdue.worn_out) is not None:
            reasons.append(f"worker: {worn_out}")
        return Readiness(not reasons, reasons)

    def capabilities(self) -> Mapping[str, object]:
        """Return which engine answers what, in which languages, and what is degraded and why."""
        names, visual = self._executor.names(), self._executor.visual_abilities
        readiness = self._executor.readiness()
        return {
            "profile": self._profile,
            "engines": [
                {
                    "role": role,
                    "engine": name,
                    "ready": readiness.get(role) is None,
                    **({"reason": readiness[role]} if readiness.get(role) else {}),
                }
                for role, name in names.items()
            ],
            "search_options": {
                "visual": {
                    "engine": names["visual"],
                    "finds": visual.finds,
                    "languages": list(visual.languages),
                    "does_not_find": list(visual.does_not_find),
                    "calibration": "fitted" if visual.is_calibrated else "assumed",
                },
                "conversation": {
                    "engine": names["speech"],
                    "finds": "what is said: exact words, and the meaning of sentences",
                    "languages": list(self._executor.speech_languages),
                },
                "text_in_video": {
                    "engine": names["screen_text"],
                    "finds": "what is written in the picture",
                    "scripts": ["Latin", "Chinese", "Japanese"],
                },
                "logo": {
                    "engine": names["screen_text"],
                    "finds": "logos by their lettering only",
                },
                "picture": {
                    "engine": names["visual"],
                    "finds": "pictures that look like a given picture",
                },
            },
            "webhooks": {
                "events": list(EVENT_TYPES),
                "signatures": ["TL-Signature", "webhook-signature"],
            },
            "degraded": [*self._degraded(), *self.overdue.degraded()],
        }

    def figures(self) -> Figures:
        """Return what ``/metrics`` shows."""
        with self._records.read() as transaction:
            counts = transaction.tasks.count_by_status(None)
            waiting = transaction.tasks.count_unfinished(None)
            oldest = transaction.tasks.unfinished(limit=1)
            rates = transaction.steps.rates()
            webhooks = _webhook_figures(transaction)
        usage = self._executor.usage()
        oldest_s = (now() - oldest[0].created_at).total_seconds() if oldest else 0.0
        return Figures(
            tasks={status.value: counts.get(status, 0) for status in TaskStatus},
            waiting=waiting,
            oldest_waiting_s=max(0.0, oldest_s),
            step_rates={step: rates[step] for step in STEPS if step in rates},
            engine_seconds={name: used.seconds for name, used in usage.items()},
            engine_items={name: used.items for name, used in usage.items()},
            webhooks=webhooks,
            steps_timed_out=self.overdue.timed_out,
            steps_hanging=len(self.overdue.hanging),
        )


def _webhook_figures(transaction: Transaction) -> WebhookFigures:
    enabled = [webhook.enabled for webhook in transaction.webhooks.list()]
    counts, oldest = transaction.deliveries.counts(), transaction.deliveries.oldest_pending()
    return WebhookFigures(
        enabled=enabled.count(True),
        disabled=enabled.count(False),
        deliveries={status.value: counts.get(status, 0) for status in DeliveryStatus},
        oldest_pending_s=0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds()),
    )


def _problem(name: str, ask: Callable[[], None]) -> str | None:
    try:
        ask()
    except Exception as error:  # noqa: BLE001  whatever a driver raises is the answer here
        return f"{name}: {type(error).__name__}"
    return None
