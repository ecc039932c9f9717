"""The trial in the shadow: asked the same after the answer, compared with it, and shown to nobody."""

import asyncio

import structlog

from service.domain import Outfit, VectorSeed
from service.errors import KitsuneError
from service.feedback.counters import Counters
from service.feedback.trial import Running, Trial
from service.observation import Observation
from service.outfitting import make_outfit

BUSY = 4
"""Questions at once: what comes on top is dropped, so that shoppers keep the processor."""

log = structlog.get_logger()


class Shadow:
    """Watches answers, and has a share of them made again by the trial's release."""

    def __init__(self, trial: Trial, counters: Counters, *, timeout_s: float) -> None:
        self._trial = trial
        self._counters = counters
        self._timeout_s = timeout_s
        self._asking: set[asyncio.Task[None]] = set()

    def observe(self, seen: Observation) -> None:
        """Take an answer up if it is among the share; the event loop gets to it when the answer is on its way."""
        running = self._trial.running
        if running is None or not running.experiment.shadow or not running.experiment.takes(seen.outfit.outfit_id):
            return
        if len(self._asking) >= BUSY:
            self._counters.shadow.labels("dropped").inc()
            return
        task = asyncio.create_task(self._ask(running, seen))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def close(self) -> None:
        """Stop asking."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _ask(self, running: Running, seen: Observation) -> None:
        try:
            async with running.held.lease() as release:
                if isinstance(seen.reference, VectorSeed) and release.versions.space != seen.outfit.versions.space:
                    return  # the numbers mean nothing in the trial's space
                other = await make_outfit(release, seen.reference, seen.request, timeout_s=self._timeout_s)
        except KitsuneError as error:
            self._counters.shadow.labels("failed").inc()
            log.warning("shadow_failed", code=error.code, outfit_id=seen.outfit.outfit_id)
        except Exception:
            self._counters.shadow.labels("failed").inc()
            log.exception("shadow_failed", outfit_id=seen.outfit.outfit_id)
        else:
            self._compare(seen.outfit, other)

    def _compare(self, shown: Outfit, other: Outfit) -> None:
        shared = overlap(shown, other)
        self._counters.shadow_overlap.observe(shared)
        same = _ids(shown) == _ids(other)
        self._counters.shadow.labels("same" if same else "different").inc()
        if not same:
            log.info("shadow_differs", outfit_id=shown.outfit_id, overlap=round(shared, 3))


def overlap(one: Outfit, other: Outfit) -> float:
    """Return the share of two outfits' first looks' candidates that both have; 1 where neither has any."""
    ours, theirs = ({product for slot in _ids(outfit)[0] for product in slot} for outfit in (one, other))
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0


def _ids(outfit: Outfit) -> list[list[list[str]]]:
    return [
        [[candidate.product.product_id for candidate in slot.candidates] for slot in look.slots]
        for look in outfit.looks
    ]
