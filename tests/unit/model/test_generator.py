import hashlib
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.baselines import cosine, generator_rows
from model.compression import unit_rows
from model.errors import ModelError
from model.evaluation import cold_pairs, evaluate
from model.generator import (
    BASELINE,
    GeneratorNet,
    GeneratorOptions,
    TrainedGenerator,
    head_to_head_cosine,
    train_generator,
)
from model.inference import HEADS, Generator, GeneratorConfig
from model.outfits import HeadDatasets, head_datasets, reduce_outfits, shared_pairs

DIMENSIONS = 16
QUICK = GeneratorOptions(loss="cosine", widths=(64, 128), epochs=12, batch_size=32, max_lr=1e-2)
NOTHING = head_datasets(np.empty((0, 4), np.int64), "none", 0)
CONFIGS = [GeneratorConfig((64, 128), "linear"), GeneratorConfig((20,), "relu"), GeneratorConfig((), "linear")]


def unit(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return unit_rows(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def made_outfits(count: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors and quads in which each other is a fixed rotation of its seed, with a little noise."""
    rng = np.random.default_rng(seed)
    seeds = unit(count, DIMENSIONS, seed=seed)
    rotations = np.linalg.qr(np.random.default_rng(99).standard_normal((3, DIMENSIONS, DIMENSIONS)))[0]
    others = [seeds @ rotation + 0.05 * rng.standard_normal(seeds.shape) for rotation in rotations]
    vectors = unit_rows(np.concatenate([seeds, *others]).astype(np.float32))
    return vectors, np.arange(4 * count).reshape(4, count).T


def quiet(done: int, total: int) -> None:
    """Nobody watches."""


def trained(
    vectors: NDArray[np.float32],
    train: HeadDatasets,
    validation: HeadDatasets = NOTHING,
    options: GeneratorOptions = QUICK,
) -> TrainedGenerator:
    return train_generator(vectors, train, validation, options=options, progress=quiet)


def hash_of(generator: TrainedGenerator) -> str:
    return hashlib.sha256(b"".join(tensor.tobytes() for tensor in generator.tensors.values())).hexdigest()


def batch(pairs: int = 32) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(unit(pairs, DIMENSIONS)), torch.from_numpy(unit(pairs, DIMENSIONS, seed=1))


# Before training.


@pytest.mark.parametrize("config", CONFIGS)
def test_numpy_serves_what_torch_trained(config: GeneratorConfig) -> None:
    torch.manual_seed(0)
    net = GeneratorNet(DIMENSIONS, config)
    tensors = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    assert {name: tensor.shape for name, tensor in tensors.items()} == config.shapes(DIMENSIONS)
    seeds = unit(200, DIMENSIONS)
    with torch.inference_mode():
        heads = [torch.nn.functional.normalize(net(torch.from_numpy(seeds), head)) for head in range(HEADS)]
    targets = Generator(tensors, config).generate(seeds)
    assert targets.shape == (200, HEADS, DIMENSIONS)
    np.testing.assert_allclose(targets, torch.stack(heads, 1).numpy(), atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("head", range(HEADS))
def test_the_gradient_reaches_the_whole_trunk_and_its_own_head_only(config: GeneratorConfig, head: int) -> None:
    net = GeneratorNet(DIMENSIONS, config)
    net.loss(*batch(), head).backward()  # type: ignore[no-untyped-call]
    reached = {name for name, tensor in net.named_parameters() if tensor.grad is not None and tensor.grad.any()}
    expected = {name for name, _ in net.named_parameters() if name.startswith(("trunk.", f"heads.{head}."))}
    assert reached == expected


@pytest.mark.parametrize("head", range(HEADS))
def test_one_gradient_step_lowers_the_loss(head: int) -> None:
    torch.manual_seed(0)
    net = GeneratorNet(DIMENSIONS, CONFIGS[0])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    before = net.loss(*batch(), head)
    before.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    assert net.loss(*batch(), head) < before


def test_the_loss_is_the_cosine_distance() -> None:
    net = GeneratorNet(DIMENSIONS, CONFIGS[0])
    seeds, _ = batch()
    targets = net(seeds, 1)
    assert net.loss(seeds, 3 * targets, 1).item() == pytest.approx(0, abs=1e-6)
    assert net.loss(seeds, -targets, 1).item() == pytest.approx(2, abs=1e-6)


# Training.


def test_thirty_two_outfits_are_learned_by_heart() -> None:
    vectors = unit(32 * 4, DIMENSIONS)
    pairs = head_datasets(np.arange(128).reshape(32, 4), "none", 0)
    options = GeneratorOptions(
        loss="cosine", widths=(64, 256), activation="relu", epochs=100, batch_size=16, max_lr=1e-2, cycles=1
    )
    assert min(trained(vectors, pairs, options=options).report["validation_loss"]) < 0.01


def test_what_goes_together_is_learned_and_carries_over_to_other_outfits() -> None:
    vectors, quads = made_outfits(600)
    result = trained(vectors, head_datasets(quads[:500], "none", 0), head_datasets(quads[500:], "none", 0))
    assert result.report["validation_loss"][result.report["best_epoch"]] < 0.1
    cosines = (result.generator.generate(vectors[quads[500:, 0]]) * vectors[quads[500:, 1:]]).sum(axis=-1)
    assert cosines.mean(axis=0) == pytest.approx(1 - np.array(result.report["validation_loss_by_head"][-1]), abs=0.02)


def test_permuted_targets_do_not_carry_over() -> None:
    """If they did, the validation outfits would leak into the training."""
    vectors, quads = made_outfits(600)
    permuted = quads.copy()
    permuted[:, 1:] = np.random.default_rng(0).permutation(quads[:, 1:])
    result = trained(vectors, head_datasets(permuted[:500], "none", 0), head_datasets(permuted[500:], "none", 0))
    assert min(result.report["validation_loss"]) > 0.9


def test_no_head_makes_most_of_the_loss() -> None:
    vectors, quads = made_outfits(100)
    by_head = trained(vectors, head_datasets(quads, "none", 0)).report["validation_loss_by_head"][-1]
    assert max(by_head) < 0.8 * sum(by_head)


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    vectors, quads = made_outfits(40)
    pairs = head_datasets(quads, "dedupe", 0)
    state = torch.random.get_rng_state()
    first, second = trained(vectors, pairs), trained(vectors, pairs)
    other = trained(vectors, pairs, options=GeneratorOptions(epochs=12, batch_size=32, max_lr=1e-2, seed=1))
    assert hash_of(first) == hash_of(second)
    assert hash_of(first) != hash_of(other)
    assert torch.equal(torch.random.get_rng_state(), state), "training leaves the global random state alone"


def test_the_number_of_cores_does_not_change_the_weights() -> None:
    vectors, quads = made_outfits(40)
    pairs = head_datasets(quads, "dedupe", 0)
    threads = torch.get_num_threads()
    try:
        hashes = set()
        for count in (1, 3):
            torch.set_num_threads(count)
            hashes.add(hash_of(trained(vectors, pairs)))
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    assert len(hashes) == 1


def test_the_best_epoch_is_kept() -> None:
    """Few noisy pairs are soon learned too well, so the last epoch is not the best one."""
    vectors, quads = made_outfits(60)
    noisy = unit_rows(vectors + 0.3 * unit(*vectors.shape, seed=5))
    train, validation = head_datasets(quads[:30], "none", 0), head_datasets(quads[30:], "none", 0)
    options = GeneratorOptions(loss="cosine", widths=(64, 128), activation="relu", epochs=60, batch_size=8, max_lr=1e-2)
    result = trained(noisy, train, validation, options)
    losses = result.report["validation_loss"]
    best = result.report["best_epoch"]
    assert best == int(np.argmin(losses)) < len(losses) - 1
    kept = result.generator.generate(noisy[quads[30:, 0]])
    loss = 1 - (kept * noisy[quads[30:, 1:]]).sum(axis=-1).mean()
    assert loss == pytest.approx(losses[best], abs=1e-5)


def test_without_validation_pairs_the_training_pairs_decide() -> None:
    vectors, quads = made_outfits(50)
    pairs = head_datasets(quads, "none", 0)
    assert trained(vectors, pairs).report["validation_loss"] == trained(vectors, pairs, pairs).report["validation_loss"]


def test_without_outfits_there_is_nothing_to_train_on() -> None:
    with pytest.raises(ModelError, match="nothing to train on"):
        trained(unit(5, DIMENSIONS), NOTHING)


def test_vectors_may_be_read_only() -> None:
    vectors, quads = made_outfits(10)
    vectors.flags.writeable = False
    assert trained(vectors, head_datasets(quads, "none", 0)).tensors


def test_progress_ends_at_its_total() -> None:
    vectors, quads = made_outfits(50)
    told: list[tuple[int, int]] = []
    pairs = head_datasets(quads, "none", 0)
    train_generator(vectors, pairs, NOTHING, options=QUICK, progress=lambda done, total: told.append((done, total)))
    steps_an_epoch = 3 * 2
    assert told == [((epoch + 1) * steps_an_epoch, 12 * steps_an_epoch) for epoch in range(12)]


# The contrastive loss.


CONTRASTIVE = GeneratorOptions(epochs=20, batch_size=64, max_lr=5e-2)


def made_pairs(seed: int = 0) -> tuple[NDArray[np.float32], list[NDArray[np.int64]], NDArray[np.int64]]:
    """Vectors, outfits of one style each, and taxonomies; what goes together is far apart in half of the dimensions."""
    rng = np.random.default_rng(seed)
    styles = np.tile(unit(200, DIMENSIONS, seed=seed), (4, 1))
    loud = rng.standard_normal(styles.shape) * (np.arange(DIMENSIONS) < DIMENSIONS // 2)
    vectors = unit_rows((styles + loud).astype(np.float32))
    return vectors, list(np.arange(800).reshape(4, 200).T), np.repeat(np.arange(4), 200)


def contrasted(options: GeneratorOptions = CONTRASTIVE) -> TrainedGenerator:
    vectors, outfits, taxonomies = made_pairs()
    train, validation = shared_pairs(outfits[:160], 0), shared_pairs(outfits[160:], 0)
    return train_generator(vectors, train, validation, options=options, progress=quiet, taxonomies=taxonomies)


def test_the_contrastive_loss_goes_down() -> None:
    losses = contrasted().report["train_loss"]
    assert losses[-1] < 0.8 * losses[0]


def test_partners_of_held_out_outfits_are_found_better_than_by_likeness() -> None:
    vectors, outfits, taxonomies = made_pairs()
    pairs = cold_pairs(outfits[160:], np.ones(len(vectors), np.bool_))
    targets = contrasted().generator.generate(vectors)
    rows = generator_rows(targets, vectors) | {"copy": (cosine(vectors, vectors),)}
    found = evaluate(pairs, [str(taxonomy) for taxonomy in taxonomies], rows, judged="generator")
    against_copy = {row.against: row.measures["recall_at_10"] for row in found.differences}["copy"]
    assert against_copy.low > 0.1


def test_the_contrastive_loss_gives_the_same_weights_for_the_same_seed() -> None:
    assert hash_of(contrasted()) == hash_of(contrasted())
    assert hash_of(contrasted(replace(CONTRASTIVE, seed=1))) != hash_of(contrasted())


def test_numpy_serves_what_the_contrastive_loss_trained() -> None:
    result = contrasted()
    net = GeneratorNet(DIMENSIONS, result.config)
    net.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in result.tensors.items()})
    seeds = unit(50, DIMENSIONS)
    with torch.inference_mode():
        heads = [torch.nn.functional.normalize(net(torch.from_numpy(seeds), head)) for head in range(HEADS)]
    np.testing.assert_allclose(result.generator.generate(seeds), torch.stack(heads, 1).numpy(), atol=1e-5)


def test_the_baseline_is_the_cosine_distance_on_a_trunk() -> None:
    assert (BASELINE.loss, BASELINE.widths) == ("cosine", (64, 128))


# Heads.


def test_head_to_head_cosine_is_the_mean_over_pairs_of_heads() -> None:
    targets = unit(40, HEADS, DIMENSIONS)
    expected = np.mean([np.sum(targets[:, i] * targets[:, j], axis=1).mean() for i, j in combinations(range(3), 2)])
    assert head_to_head_cosine(2 * targets) == pytest.approx(float(expected), abs=1e-6)
    assert head_to_head_cosine(targets[:, [0, 0, 0]]) == pytest.approx(1)


def test_all_permutations_make_the_heads_alike_and_their_own_data_sets_tell_them_apart() -> None:
    vectors, _ = made_outfits(300)
    outfits = [np.random.default_rng(i).choice(300, 4, replace=False) for i in range(80)]
    quads = reduce_outfits(outfits, seed=0)
    options = GeneratorOptions(loss="cosine", widths=(64, 128), epochs=5, batch_size=32, max_lr=1e-2, cycles=1)
    alike, apart = (
        trained(vectors, head_datasets(quads, mode, 0), options=options).report for mode in ("all", "dedupe")
    )
    assert apart["head_to_head_cosine"] < alike["head_to_head_cosine"] - 0.1
