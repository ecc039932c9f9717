"""Health, metrics, admin calls, documentation, and several applications in one process."""

import os
import re
import signal
import subprocess
import sys

import anyio
import httpx
import pytest

from service.api.schemas import Health, Versions
from service.app import create_app
from service.errors import BundleError
from service.settings import Settings
from tests.e2e.conftest import ADMIN_KEY, Serve
from tests.e2e.shapes import answered, refused
from tests.fakes import FakeRuntime

RELOAD = "/v1/admin/reload"
KEY = {"authorization": f"Bearer {ADMIN_KEY}"}


def test_the_process_lives_and_is_ready(client: httpx.Client) -> None:
    assert answered(client.get("/livez"), Health).status == "alive"
    assert answered(client.get("/readyz"), Health).status == "ready"


def test_the_holder_of_the_key_can_reload(client: httpx.Client) -> None:
    assert answered(client.post(RELOAD, headers=KEY), Versions).bundle == "fake-bundle"


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer CANARY"}, {"authorization": ADMIN_KEY}, {"authorization": b"Bearer \xff"}],
)
def test_without_the_right_key_nothing_is_reloaded(serve: Serve, headers: dict[str, str]) -> None:
    runtime = FakeRuntime()
    with serve(runtime, admin_key=ADMIN_KEY) as client:
        response = client.post(RELOAD, headers=headers)
        refused(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"
        refused(client.post(RELOAD, params={"key": ADMIN_KEY}), 401, "unauthorized")
    assert not runtime.reloaded.is_set()


def test_admin_calls_are_off_until_there_is_a_key(serve: Serve) -> None:
    with serve() as client:
        refused(client.post(RELOAD, headers=KEY), 403, "admin_off")
        refused(client.post(RELOAD, headers={"authorization": "Bearer"}), 403, "admin_off")


def test_a_release_that_is_not_fit_is_refused_and_the_old_one_goes_on(serve: Serve) -> None:
    runtime = FakeRuntime(reload_error=BundleError("generator.safetensors is damaged; build it again."))
    with serve(runtime, admin_key=ADMIN_KEY) as client:
        assert "generator.safetensors" in refused(client.post(RELOAD, headers=KEY), 409, "bundle").detail
        assert client.get("/v1/outfits/red-dress").status_code == 200


def test_a_caller_s_request_id_is_taken_only_if_it_can_do_no_harm(client: httpx.Client) -> None:
    assert client.get("/livez", headers={"x-request-id": "order-7.1_a"}).headers["x-request-id"] == "order-7.1_a"
    for harmful in (b"a b", b"", b"x" * 65, b"\xe2\x80\xae", b'"}'):
        given = client.get("/livez", headers=[(b"x-request-id", harmful)]).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", given)


def test_every_status_that_an_address_can_answer_is_documented(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    operations = {
        f"{method.upper()} {path}": set(operation["responses"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    by_body = {"200", "400", "404", "413", "415", "422", "503", "504"}
    assert operations == {
        "POST /v1/outfits": by_body,
        "POST /v1/outfits/image": by_body,
        "GET /v1/outfits/{product_id}": {"200", "404", "422", "503", "504"},
        "GET /v1/products": {"200", "422", "503", "504"},
        "GET /v1/products/{product_id}": {"200", "304", "404", "422", "503", "504"},
        "GET /v1/products/{product_id}/similar": {"200", "404", "422", "503", "504"},
        "GET /v1/taxonomies": {"200", "422", "503", "504"},
        "GET /v1/mappings/{taxonomy}": {"200", "404", "422", "503", "504"},
        "POST /v1/feedback": {"200", "400", "401", "403", "413", "415", "422", "503"},
        "POST /v1/admin/reload": {"200", "401", "403", "409"},
        "GET /livez": {"200"},
        "GET /readyz": {"200", "503"},
        "GET /metrics": {"200"},
    }


def test_every_reference_of_the_documentation_leads_somewhere(client: httpx.Client) -> None:
    text = client.get("/openapi.json").text
    known = client.get("/openapi.json").json()["components"]["schemas"]
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert {"OutfitBody", "PhotoOutfitBody", "Outfit", "Problem"} <= wanted <= set(known)
    assert client.get("/docs").status_code == 200


def test_importing_the_application_starts_nothing_and_loads_nothing_heavy() -> None:
    script = (
        "import sys, threading, service.app\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'onnx', 'onnxruntime', 'elasticsearch'} & set(sys.modules)\n"
        "print(sorted(heavy), threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[] 1\n"


@pytest.mark.anyio
async def test_a_hangup_signal_reloads() -> None:
    runtime = FakeRuntime()
    app = create_app(Settings.load(), runtime.open())
    async with app.router.lifespan_context(app):
        os.kill(os.getpid(), signal.SIGHUP)
        with anyio.fail_after(5):
            await runtime.reloaded.wait()
