import sys

import pytest
import torch
from torch import nn

from model.errors import ModelExtraMissing, train_extra
from model.training import cyclic_learning_rate, deterministic


def test_the_same_seed_gives_the_same_numbers() -> None:
    def draw(seed: int) -> list[float]:
        with deterministic(seed):
            return torch.rand(4).tolist()

    assert draw(1) == draw(1) != draw(2)


def test_the_global_random_state_is_left_alone_even_by_an_error() -> None:
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), deterministic(1):
        torch.rand(4) @ torch.rand(5)  # draws, then fails
    assert torch.equal(torch.get_rng_state(), before)


def rates(steps: int, cycles: int = 1) -> list[float]:
    optimizer = torch.optim.AdamW(nn.Linear(1, 1).parameters())
    schedule = cyclic_learning_rate(optimizer, 0.1, 0.5, steps)
    seen = []
    for _ in range(steps * cycles + 1):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return seen


@pytest.mark.parametrize("steps", [4, 5])
def test_the_learning_rate_rises_and_falls_within_the_steps(steps: int) -> None:
    seen = rates(steps)
    assert seen[0] == pytest.approx(0.1)
    assert seen[2] == pytest.approx(0.5)
    assert seen[-1] == pytest.approx(0.1)


def test_the_learning_rate_starts_over() -> None:
    once, twice = rates(6), rates(6, cycles=2)
    assert twice == pytest.approx(once[:-1] + once)


def test_a_missing_extra_is_named_with_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ModelExtraMissing, match=r"torchvision.*pip install 'kitsune-outfits\[train\]'"), train_extra():
        import torchvision  # noqa: F401, PLC0415 (the import is what fails)
