"""Shoppers as Locust runs them. The weights: 1 looks after the service's health, 10 want outfits, 2 send rubbish."""

import json
import logging
import random
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from locust import FastHttpUser, between, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import WorkerRunner

from load_tests.corrupt import CORRUPT
from load_tests.seeds import Seeds, read_seeds
from load_tests.thresholds import THRESHOLDS, Counted, Slots, Thresholds

PHOTO = Path(__file__).with_name("photo.webp").read_bytes()
"""Of the drawn shop."""

log = logging.getLogger(__name__)

slots = Slots()
"""Of this process until it has told the master of them; the master's are those of all."""


class Shopper(FastHttpUser):
    """Somebody who looks at one product after the other."""

    wait_time = between(0.5, 1.5)
    network_timeout = connection_timeout = 10.0
    seeds: Seeds

    @task(1)
    def health(self) -> None:
        """Ask whether the service can serve."""
        self.client.get("/readyz", name="health")

    @task(5)
    def outfit(self) -> None:
        """Look at a product."""
        seed = self.seeds.draw()
        self._dressed("GET", f"/v1/outfits/{quote(seed.product_id, safe='')}", "outfit")

    @task(2)
    def override(self) -> None:
        """Want something of another taxonomy in the second slot."""
        seed, other = self.seeds.draw(), self.seeds.draw()
        body = {"seed": {"product_id": seed.product_id}, "slots": [None, {"taxonomy": other.taxonomy}]}
        self._dressed("POST", "/v1/outfits", "override", json=body)

    @task(2)
    def three_looks(self) -> None:
        """Want to choose."""
        body = {"seed": {"product_id": self.seeds.draw().product_id}, "looks": 3}
        self._dressed("POST", "/v1/outfits", "three looks", json=body)

    @task(1)
    def photo(self) -> None:
        """Send a photo, filed under a taxonomy that has outfits."""
        request = json.dumps({"seed": {"taxonomy": self.seeds.draw().taxonomy}})
        parts = {"photo": ("photo.webp", PHOTO, "image/webp")}
        self._dressed("POST", "/v1/outfits/image", "photo", data={"request": request}, files=parts)

    @task(2)
    def corrupt(self) -> None:
        """Send what no outfit can be made of."""
        sent = random.choice(CORRUPT)  # noqa: S311 - traffic, not secrets
        with self.client.request(
            sent.method,
            sent.path,
            name="corrupt",
            data=sent.body,
            headers={"content-type": sent.media_type},
            catch_response=True,
        ) as answer:
            if answer.status_code == sent.status:
                answer.success()
            else:
                answer.failure(f"{sent.what}: {answer.status_code}, not {sent.status}")

    def _dressed(self, method: str, path: str, name: str, **asked: Any) -> None:
        """Ask for an outfit, and count its slots."""
        with self.client.request(method, path, name=name, catch_response=True, **asked) as answer:
            if answer.status_code == HTTPStatus.OK:
                for look in answer.json()["looks"]:
                    slots.answered += len(look["slots"])
                    slots.empty += sum(not slot["candidates"] for slot in look["slots"])


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Let the files be named, by option or environment: as text, which a master can send its workers."""
    for name, default in {"seeds": "seeds.csv", "thresholds": str(THRESHOLDS)}.items():
        parser.add_argument(
            f"--{name}",
            default=default,
            env_var=f"LOCUST_{name.upper()}",
            include_in_web_ui=False,
            help=f"The file of {name} (%(default)s)",
        )


@events.init.add_listener
def prepare(environment: Environment, **_: Any) -> None:
    """Read the files before the first shopper comes: a wrong one ends the run at once."""
    Shopper.seeds = Seeds(read_seeds(_named(environment, "seeds")))
    Thresholds.read(_named(environment, "thresholds"))


@events.report_to_master.add_listener
def tell(data: dict[str, Any], **_: Any) -> None:
    """Send the master, with a worker's other figures, what was counted since the last time."""
    data["slots"] = (slots.answered, slots.empty)
    slots.answered = slots.empty = 0


@events.worker_report.add_listener
def hear(data: Mapping[str, Any], **_: Any) -> None:
    """Add what a worker counted."""
    answered, empty = data["slots"]
    slots.answered += answered
    slots.empty += empty


@events.quitting.add_listener
def judge(environment: Environment, **_: Any) -> None:
    """Hold the run against the thresholds; a worker has seen a part only and leaves that to the master."""
    if isinstance(environment.runner, WorkerRunner):
        return
    stats = environment.stats
    # A task may use several methods, each with figures of its own: sorted, the slowest comes last and stays.
    p95_ms = sorted((entry.get_response_time_percentile(0.95), name) for (name, _), entry in stats.entries.items())
    slowest_ms = {name: found for found, name in p95_ms}
    counted = Counted(stats.total.num_requests, stats.total.num_failures, slowest_ms, slots)
    missed = Thresholds.read(_named(environment, "thresholds")).missed(counted)
    for sentence in missed:
        log.error("Missed: %s", sentence)
    if not missed:
        log.info("All thresholds are kept: %d requests, %d slots.", counted.requests, slots.answered)
    environment.process_exit_code = 1 if missed else 0


def _named(environment: Environment, option: str) -> Path:
    return Path(getattr(environment.parsed_options, option))
