"""What the encoder's and the generator's training share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from model.errors import train_extra

with train_extra():
    import torch
    from torch.optim.lr_scheduler import CyclicLR


class Progress(Protocol):
    """Told after each step how many of all the steps are done."""

    def __call__(self, done: int, total: int) -> None:
        """Take note."""


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Seed torch and keep it to one thread inside the with-block; afterwards all is as it was.

    What is trained here is so small that threads wait for each other more than they compute: beside another busy
    process two took ten times as long as one. And no number of cores can change the order of a sum, and so the weights.
    """
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def cyclic_learning_rate(optimizer: torch.optim.Optimizer, base_lr: float, max_lr: float, steps: int) -> CyclicLR:
    """Let the learning rate rise linearly to `max_lr` and fall back, once in every `steps` steps of the scheduler.

    Source: Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), the triangular policy.
    """
    rising = max(1, steps // 2)
    falling = max(1, steps - rising)
    # Momentum stays: CyclicLR would move Adam's first beta with it.
    return CyclicLR(optimizer, base_lr, max_lr, step_size_up=rising, step_size_down=falling, cycle_momentum=False)
