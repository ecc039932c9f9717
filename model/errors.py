"""Every error that `model` raises on purpose; the service gives each its own class, and so its status and exit code.

ModelError
  * BundleCorrupt         a file of a bundle is damaged, or of another format or shape
  * PhotoRefused          a photo that cannot be used; `code` says why
  * ModelExtraMissing     the [train] extra is not installed
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

INSTALL_TRAIN = "pip install 'kitsune-outfits[train]'"


class ModelError(Exception):
    """What was asked of the model cannot be done as asked."""


class BundleCorrupt(ModelError):
    """A file of a bundle is damaged, or of another format or shape."""


class PhotoRefused(ModelError):
    """A photo that cannot be used; `code` says why."""

    def __init__(self, detail: str, code: Literal["unreadable", "too_large"]) -> None:
        super().__init__(detail)
        self.code = code


class ModelExtraMissing(ModelError):
    """The [train] extra is not installed."""


@contextmanager
def train_extra() -> Iterator[None]:
    """Name the missing extra when an import inside the with-block fails.

    Raises:
        ModelExtraMissing: a package of the extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        detail = f"{error.name} is not installed, and training needs it. Install with: {INSTALL_TRAIN}"
        raise ModelExtraMissing(detail) from error
