import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["service.app", "service.cli"])
def test_starting_loads_neither_torch_nor_an_engine_client_nor_a_runtime_for_photos(module: str) -> None:
    script = f"import sys, {module}; print(*(name for name in sys.modules if '.' not in name))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "service" in loaded
    assert not {"torch", "torchvision", "sklearn", "onnx", "onnxruntime", "elasticsearch"} & set(loaded)
