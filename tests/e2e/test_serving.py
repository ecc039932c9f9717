"""`kitsune serve` on a home that the ordinary commands built: a process of its own, asked over a socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from service.home import Home
from tests.conftest import KITSUNE, MadeHome, kitsune, shop_arguments
from tests.shop import MadeShop

pytestmark = pytest.mark.slow

ADMIN_KEY = "a-key-only-for-tests"
SEED = "dresses-red-plain-0"


@pytest.fixture
def home(made_home: MadeHome, tmp_path: Path) -> Path:
    """A copy of the made home with a second release: the prices have changed."""
    copy = Path(shutil.copytree(made_home.path, tmp_path / "home"))
    data = Path(shutil.copytree(made_home.shop.data, tmp_path / "data"))
    feed = data / "products.csv"
    feed.write_text(feed.read_text().replace(".00 EUR", ".50 EUR"))
    arguments = shop_arguments(MadeShop(data, made_home.shop.profile, ()), copy)
    kitsune(["catalog", "import", *arguments])
    kitsune(["index", "build", *arguments])
    return copy


@contextmanager
def serving(
    home: Path, *options: str, log: IO[bytes] | int = subprocess.DEVNULL, **settings: str
) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"KITSUNE_ADMIN_KEY": ADMIN_KEY} | settings
    command = [*KITSUNE, "serve", "--home", str(home), "--port", str(port), *options]
    process = subprocess.Popen(command, env=environment, stderr=log)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        for _ in range(300):
            try:
                client.get("/livez")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        try:
            yield client, process
        finally:
            process.terminate()
            process.wait(timeout=20)


def outfit(client: httpx.Client, seed: str = SEED) -> dict[str, Any]:
    response = client.post("/v1/outfits", json={"seed": {"product_id": seed}})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def reload(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/admin/reload", headers={"Authorization": f"Bearer {ADMIN_KEY}"})


def wait_for_generation(client: httpx.Client, generation: str) -> None:
    deadline = time.monotonic() + 10
    while outfit(client)["versions"]["generation"] != generation:
        assert time.monotonic() < deadline, f"{generation} was not picked up"
        time.sleep(0.05)


def current(home: Path) -> str:
    pointer = Home(home).current()
    assert pointer is not None
    return pointer.generation


def test_releases_change_under_load_without_a_failed_request(home: Path) -> None:
    answers: list[tuple[int, str, float]] = []
    stop = threading.Event()

    def hammer(base_url: httpx.URL) -> None:
        with httpx.Client(base_url=base_url, timeout=10) as client:
            while not stop.is_set():
                response = client.post("/v1/outfits", json={"seed": {"product_id": SEED}})
                answer = response.json()
                price = answer["seed"]["product"]["price"]["amount"]
                answers.append((response.status_code, answer["versions"]["generation"], price % 1))

    with serving(home) as (client, process):
        new = current(home)
        old = Home(home).previous()
        assert old is not None
        workers = [threading.Thread(target=hammer, args=(client.base_url,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for turn in range(6):
            Home(home).rollback()
            if turn % 2:
                process.send_signal(signal.SIGHUP)
            else:
                assert reload(client).status_code == 200
            wait_for_generation(client, current(home))
        stop.set()
        for worker in workers:
            worker.join()
    assert {status for status, _, _ in answers} == {200}
    assert {generation for _, generation, _ in answers} == {old.generation, new}
    # An old generation opens at the record's latest state, so both say the new price: never half of either.
    assert {cents for _, _, cents in answers} == {0.5}


def test_a_rollback_is_picked_up_by_itself(home: Path) -> None:
    with serving(home) as (client, _):
        kitsune(["rollback", "--home", str(home)])
        wait_for_generation(client, current(home))


def test_a_damaged_release_is_refused_and_the_last_good_one_goes_on_serving(home: Path) -> None:
    with serving(home) as (client, _):
        (bundle,) = (home / "bundles").iterdir()
        damaged = bundle / "encoder.safetensors"
        damaged.write_bytes(damaged.read_bytes()[:-1])
        refused = reload(client)
        assert refused.status_code == 409
        assert "encoder.safetensors" in refused.json()["detail"]
        assert client.get("/readyz").status_code == 200
        assert outfit(client)["versions"]["bundle"] == bundle.name


def test_a_service_without_a_release_starts_and_becomes_ready_when_there_is_one(home: Path) -> None:
    pointer = (home / "current.json").read_bytes()
    (home / "current.json").unlink()
    with serving(home) as (client, _):
        assert client.get("/livez").status_code == 200
        unready = client.get("/readyz")
        assert (unready.status_code, unready.headers["content-type"]) == (
            503,
            "application/problem+json; charset=utf-8",
        )
        assert client.get(f"/v1/outfits/{SEED}").status_code == 503
        (home / "current.json").write_bytes(pointer)
        deadline = time.monotonic() + 10
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_answers_survive_a_kill(home: Path) -> None:
    def looks(client: httpx.Client) -> list[object]:
        return [outfit(client, f"{kind}-red-plain-0")["looks"] for kind in ("dresses", "totes", "wedges")]

    with serving(home) as (client, process):
        before = looks(client)
        process.kill()
    with serving(home) as (client, _):
        assert looks(client) == before


def test_a_photo_of_the_shop_finds_what_its_product_finds(made_home: MadeHome, home: Path) -> None:
    photo = (made_home.shop.data / "photos" / f"{SEED}.png").read_bytes()
    with serving(home) as (client, _):
        asked = {"request": json.dumps({"seed": {"taxonomy": "Dresses"}, "slots": [{"taxonomy": "Totes"}, None, None]})}
        response = client.post("/v1/outfits/image", files={"photo": photo}, data=asked)
        assert response.status_code == 200, response.text
        by_product = client.get(f"/v1/outfits/{SEED}", params={"slots": "Totes,,"}).json()

    def totes(answer: dict[str, Any]) -> list[str]:
        return [found["product"]["product_id"] for found in answer["looks"][0]["slots"][0]["candidates"]]

    assert totes(response.json()) == totes(by_product)


def test_a_busy_port_is_explained(home: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        run = kitsune(["serve", "--home", str(home), "--port", str(port)], check=False)
    assert run.returncode != 0
    assert str(port) in run.stderr
    assert "Traceback" not in run.stderr
