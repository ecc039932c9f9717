"""safetensors files that are read with suspicion: only the expected tensors, all float32, all finite."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from model.manifest import corrupt

MAX_HEADER_BYTES = 2**20

Shape = tuple[int, ...]


def save_tensors(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write a safetensors file; the same tensors give the same bytes."""
    # safetensors writes memory as it lies, so a transposed view has to be laid out first.
    path.write_bytes(safetensors.numpy.save({key: np.asarray(tensor, order="C") for key, tensor in tensors.items()}))


def load_tensors(
    directory: Path, name: str, shapes: Mapping[str, Shape], free: str | None = None
) -> dict[str, NDArray[np.float32]]:
    """Return the tensors called as in `shapes`, of a file whose hash was compared.

    Tensors whose name starts with `free` may be there as well: they are checked to be finite, and left out.

    Raises:
        BundleCorrupt: a tensor is missing, surplus, not finite, or of another shape or type.
    """
    _check_header_size(directory, name)
    try:
        with safe_open(directory / name, "numpy") as file:
            keys = list(file.keys())
            _check_names(directory, name, {key for key in keys if not free or not key.startswith(free)}, set(shapes))
            for key in keys:
                mismatch = _mismatch(file, key, shapes.get(key))
                if mismatch:
                    raise corrupt(directory, name, f"holds {key} {mismatch}")
            return {key: file.get_tensor(key) for key in shapes}
    except SafetensorError as error:
        raise corrupt(directory, name, f"is no safetensors file: {error}") from error


def _check_header_size(directory: Path, name: str) -> None:
    with (directory / name).open("rb") as file:
        header_bytes = int.from_bytes(file.read(8), "little")
    if header_bytes > MAX_HEADER_BYTES:
        raise corrupt(directory, name, f"announces a header of {header_bytes} bytes; {MAX_HEADER_BYTES} are allowed")


def _check_names(directory: Path, name: str, found: set[str], expected: set[str]) -> None:
    for key in sorted(expected - found):
        raise corrupt(directory, name, f"lacks {key}")
    for key in sorted(found - expected):
        raise corrupt(directory, name, f"holds {key}, which the manifest does not know")


def _mismatch(file: Any, key: str, expected: Shape | None) -> str | None:
    """Say what is wrong with a tensor; None when nothing is. Without `expected` any shape will do, and a counter."""
    view = file.get_slice(key)
    dtype, shape = view.get_dtype(), tuple(view.get_shape())
    if dtype != "F32" and not (expected is None and dtype == "I64"):
        return f"as {dtype}, not F32"
    if expected is not None and shape != expected:
        return f"of shape {list(shape)}; the manifest says {list(expected)}"
    if not np.isfinite(file.get_tensor(key)).all():
        return "with values that are not finite"
    return None
