import json
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MadeHome, shop_arguments
from tests.repo.locks import ROOT
from tests.shop import MEN, make_shop

pytestmark = pytest.mark.slow

PORT = 18_437


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and what serving needs, and nothing else."""
    environment = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "serve.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    return environment / "bin"


@pytest.fixture
def dressed(installed: Path, made_home: MadeHome, tmp_path: Path) -> Path:
    """A home that the installed wheel made of another shop's feed and a bundle."""
    shop = make_shop(tmp_path, MEN, seed=1)
    home = tmp_path / "home"
    (bundle,) = (made_home.path / "bundles").iterdir()
    command = [str(installed / "kitsune"), "build", *shop_arguments(shop, home), "--bundle", str(bundle)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return home


@pytest.fixture
def served(installed: Path, dressed: Path, tmp_path: Path) -> Iterator[str]:
    command = [str(installed / "kitsune"), "serve", "--home", str(dressed), "--port", str(PORT)]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=1)  # noqa: S310 - our own server
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


def test_the_wheel_holds_our_three_packages_and_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"service", "model", "mappings"}


def test_the_wheel_alone_serves_another_shop_without_torch(installed: Path, served: str) -> None:
    body = json.dumps({"seed": {"product_id": "shirts-blue-stripe-0"}}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{served}/v1/outfits", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        looks = json.load(answer)["looks"]
    assert [slot["taxonomy"] for slot in looks[0]["slots"]] == ["Chinos", "Brogues", "Belts"]
    listed = subprocess.run(
        [str(installed / "python"), "-m", "pip", "list"], capture_output=True, text=True, check=True
    )
    assert "torch" not in listed.stdout


def test_training_without_the_extra_names_the_line_that_installs_it(
    installed: Path, made_home: MadeHome, tmp_path: Path
) -> None:
    command = [str(installed / "kitsune"), "build", *shop_arguments(made_home.shop, tmp_path / "home")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 12
    assert "pip install 'kitsune-outfits[train]'" in run.stderr.replace("\n", " ")
