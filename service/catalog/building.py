"""The stages of a build: catalogue import, encoder training, encoding, generator training, index build, release.

Each can be run on its own; the ledger of `stages` knows which are done. Every stage may be killed at any moment: what
it makes appears whole or not at all, and photos that were encoded are not encoded again.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mappings import MappingInvalid, load_mapping
from model.bundle import Bundle, copy_bundle, open_bundle
from model.errors import BundleCorrupt, ModelError, ModelExtraMissing
from model.manifest import FORMAT_VERSION
from service.catalog.encoding import encode_catalogue
from service.catalog.importing import KEPT_ERRORS, READING, import_feed
from service.catalog.outfits import OutfitsRead, OutfitsSource, read_outfits
from service.catalog.profile import Profile
from service.catalog.record import Record, RecordedProduct
from service.catalog.rejections import list_rejections
from service.catalog.stages import Outputs, Reporter, StageRun, Stages, digest, file_digest
from service.catalog.words import word_lists_digest
from service.errors import BundleError, HomeError, MappingError, MissingExtra, ProfileError, SetupError
from service.experiment import generations_in_use
from service.home import Home, ReleasePointer, replace_file
from service.index.elastic.planning import Plan, plan_layout
from service.index.generations import generations_of
from service.settings import Settings

if TYPE_CHECKING:
    from model.encoder import EncoderOptions
    from model.generator import GeneratorOptions
    from model.outfits import Permutations


@dataclass(frozen=True, slots=True)
class Shop:
    """What every stage works on: a home, the profile of its feed, and the folder that the feed lies in."""

    home: Home
    profile: Profile
    data: Path
    reporter: Reporter

    @property
    def stages(self) -> Stages:
        """The ledger of this home."""
        return stages_of(self.home)


def stages_of(home: Home) -> Stages:
    """Return the ledger of a home."""
    return Stages(home.work / "stages.json")


def import_catalog(shop: Shop) -> StageRun:
    """Bring the feed into the record; rows that are refused are listed in the home's `work/refused-rows.jsonl`."""
    feed = shop.data / shop.profile.feed.path
    with Record.open(shop.home.record_path) as record:

        def work() -> Outputs:
            with shop.reporter.task("catalogue") as progress:
                report = import_feed(
                    shop.profile,
                    shop.data,
                    record,
                    progress=progress,
                    dead_letters=shop.home.work / "refused-rows.jsonl",
                )
            # A photo that was not there may come any time: such an import counts as never done.
            seen = None if report.photos_missing else _photos_seen(record, shop.data)
            return _plain(report) | {"photos_seen": seen}

        run = shop.stages.run(
            "catalog import",
            {
                "feed": file_digest(feed),
                "profile": shop.profile.digest,
                "words": word_lists_digest(),
                "reading": READING,
            },
            work,
            still_there=lambda done: done["photos_seen"] == _photos_seen(record, shop.data),
        )
    shop.home.link_photos(shop.data)
    # Logged even when the feed was the same: that it was looked at is what tells a stale catalogue from a quiet one.
    return _log(shop, run)


def train_encoder(shop: Shop, options: "EncoderOptions") -> StageRun:
    """Train an encoder and a compression on the record's photos and attributes, and on outfits: a draft bundle."""
    with Record.open(shop.home.record_path, read_only=True) as record:
        rows = list(record.products())
    source = shop.profile.outfits
    inputs = {
        "format": FORMAT_VERSION,
        "options": _plain(options),
        "weights": None if options.weights is None else file_digest(options.weights),
        "attributes": shop.profile.attribute_kinds,
        "rows": digest([_taught(row) for row in rows]),
        "outfits": None if source is None else file_digest(shop.data / source.path),
    }

    def work() -> Outputs:
        with needs_training():
            from service.catalog.training import train_encoder as train  # noqa: PLC0415 - needs the train extra

            draft = shop.home.work / "drafts" / digest(inputs)[:12]
            outfits = () if source is None else _outfits(shop, [row.product.product_id for row in rows]).outfits
            train(
                rows,
                shop.profile.attribute_kinds,
                outfits,
                data=shop.data,
                work=shop.home.work,
                draft=draft,
                options=options,
                reporter=shop.reporter,
                git_revision=git_revision(),
                data_digest=digest([inputs["rows"], inputs["outfits"]])[:12],
            )
        return {"model": str(draft.relative_to(shop.home.path))} | open_bundle(draft, draft=True).manifest.metrics

    run = shop.stages.run("encoder train", inputs, work, still_there=lambda done: _is_model(shop, done["model"]))
    _use_model(shop, run.outputs["model"])
    return _logged(shop, run)


def encode(shop: Shop) -> StageRun:
    """Give every product of the record a vector; those that have one from the same photos, or text, keep it."""
    bundle = current_model(shop.home)
    with Record.open(shop.home.record_path) as record, shop.reporter.task("vectors") as progress:
        started = time.monotonic()
        report = encode_catalogue(record, bundle, shop.data, shop.home.work, progress)
    outputs = {"space": bundle.space_id, "encoded": report.encoded, "refused": dict(report.refused)}
    duration_s = time.monotonic() - started
    return _logged(shop, StageRun("encode", outputs, skipped=report.encoded == 0, duration_s=duration_s))


def train_generator(
    shop: Shop, options: "GeneratorOptions", permutations: "Permutations" = "dedupe", *, refit_all: bool = False
) -> StageRun:
    """Train a generator on the shop's outfits: a bundle."""
    draft = current_model(shop.home)
    source = outfits_source(shop)
    with Record.open(shop.home.record_path, read_only=True) as record:
        product_ids, vectors = record.vectors(draft.space_id)
        found = record.get(product_ids)
    taxonomies = [found[product_id].product.taxonomy for product_id in product_ids]
    if not product_ids:
        raise HomeError("No product has a vector yet; run `kitsune encode` first.")
    inputs = {
        "space": draft.space_id,
        "options": _plain(options),
        "permutations": permutations,
        "refit_all": refit_all,
        "outfits": file_digest(shop.data / source.path),
        "vectors": hashlib.sha256(vectors.tobytes() + "\n".join(product_ids).encode()).hexdigest(),
        "taxonomies": digest(taxonomies),
    }

    def work() -> Outputs:
        outfits = _outfits(shop, product_ids)
        made = shop.home.work / "bundle"
        with needs_training():
            from service.catalog.training import train_outfits  # noqa: PLC0415 - needs the train extra

            train_outfits(
                draft,
                outfits.outfits,
                product_ids,
                taxonomies,
                vectors,
                target=made,
                options=options,
                permutations=permutations,
                reporter=shop.reporter,
                git_revision=git_revision(),
                data_digest=digest([product_ids, inputs["outfits"]])[:12],
                refit_all=refit_all,
            )
        return _describe(shop, _install(shop, made)) | {
            "outfits": len(outfits.outfits),
            "unused_outfits": outfits.skipped,
            "unknown_products": len(outfits.unknown),
            "errors": [asdict(error) for error in outfits.errors[:KEPT_ERRORS]],
        }

    run = shop.stages.run("generator train", inputs, work, still_there=lambda done: _is_model(shop, done["model"]))
    _use_model(shop, run.outputs["model"])
    return _logged(shop, run)


def install_bundle(shop: Shop, source: Path) -> StageRun:
    """Take a bundle made elsewhere, with its encoder, compression and generator, for this home's catalogue."""
    known = set(shop.home.bundles.iterdir())
    bundle = _install(shop, source)
    _use_model(shop, _describe(shop, bundle)["model"])
    skipped = bundle.directory in known
    return _logged(shop, StageRun("bundle install", _describe(shop, bundle), skipped=skipped, duration_s=0.0))


def plan_index(home: Home, settings: Settings) -> Plan:
    """Say how `build_index` would lay the record out on Elasticsearch, and what searches would cost.

    Raises:
        HomeError: there is no encoder yet, or no product has a vector of it; or the settings ask for what cannot be.
    """
    bundle = current_model(home)
    with Record.open(home.record_path, read_only=True) as record:
        sizes = record.taxonomy_sizes(bundle.space_id)
    if not sizes:
        raise HomeError("No product has a vector in this space: run `kitsune encode` first.")
    return plan_layout(sizes, settings.elasticsearch_layout, settings.elasticsearch_shards, bundle.dimensions)


def build_index(shop: Shop, settings: Settings) -> StageRun:
    """Build a generation out of the record's vectors and release it with the bundle and the mapping.

    Products that the engine does not take are listed in the home's `work/refused-products.jsonl`.
    """
    bundle = current_model(shop.home)
    if bundle.trained is None:
        raise HomeError("The bundle has no generator yet; run `kitsune generator train` first.")
    mapping = install_mapping(shop)
    generations = generations_of(settings.engine, shop.home, settings)
    with Record.open(shop.home.record_path, read_only=True) as record:

        def work() -> Outputs:
            total = record.count()
            with shop.reporter.task("index") as progress:
                built = generations.build(
                    record,
                    bundle.space_id,
                    bundle.dimensions,
                    lambda products: progress(products, total),
                    bundle_id=bundle.bundle_id,
                )
            return {
                "generation": built.info.generation_id,
                "products": built.info.products,
                "rejected": len(built.rejected),
                **list_rejections(shop.home, shop.profile, shop.data, built.rejected),
            }

        run = shop.stages.run(
            "index build",
            {"space": bundle.space_id, "sequence": record.sequence, **settings.index_options()},
            work,
            still_there=lambda done: generations.has(done["generation"]),
        )
        pointer = ReleasePointer(bundle.bundle_id, run.outputs["generation"], mapping, settings.engine)
        unchanged = run.skipped and pointer == shop.home.current()
        # The engine first: should this be cut off, the release that serves is still whole, and a rerun ends it.
        generations.activate(pointer.generation, record)
    shop.home.release(pointer)
    generations.prune(keep=generations_in_use(shop.home, (pointer, shop.home.previous())))
    return _logged(shop, replace(run, outputs=run.outputs | asdict(pointer), skipped=unchanged))


def install_mapping(shop: Shop) -> str:
    """Copy the profile's mapping into the home under the hash of its content, and return that."""
    path = shop.profile.mapping_path
    if path is None:
        raise ProfileError('The profile names no mapping; add `mapping = "FILE.yaml"` (docs/formats.md shows one).')
    try:
        mapping = load_mapping(path)
    except (OSError, MappingInvalid) as error:
        raise MappingError(str(error)) from error
    replace_file(shop.home.mappings / f"{mapping.mapping_id}.yaml", path.read_bytes())
    return mapping.mapping_id


def current_model(home: Home) -> Bundle:
    """Open the bundle or draft that the latest training or installation left.

    Raises:
        HomeError: there is none.
        BundleError: it is damaged.
    """
    used = stages_of(home).outputs("model")
    if used is None:
        raise HomeError(
            "This home has no encoder yet; run `kitsune encoder train`, or `kitsune build --bundle BUNDLE`."
        )
    try:
        return open_bundle(home.path / used["model"], draft=True)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error


def outfits_source(shop: Shop) -> OutfitsSource:
    """Return where the profile says the outfits are.

    Raises:
        ProfileError: it does not say.
    """
    if shop.profile.outfits is None:
        raise ProfileError("The profile names no outfits; add [outfits], or build with --bundle, which needs none.")
    return shop.profile.outfits


def _outfits(shop: Shop, product_ids: Sequence[str]) -> OutfitsRead:
    return read_outfits(outfits_source(shop), shop.data, product_ids)


@contextmanager
def needs_training() -> Iterator[None]:
    """Turn what the model's training raises into errors with a code and an exit status."""
    try:
        yield
    except (ModelExtraMissing, ModuleNotFoundError) as error:
        raise MissingExtra("This command trains: install it with `pip install 'kitsune-outfits[train]'`.") from error
    except ModelError as error:
        raise SetupError(str(error)) from error


def git_revision() -> str | None:
    """Return the revision of the code, None outside a checkout."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no part is a user's
    return found.stdout.strip() or None


def _install(shop: Shop, source: Path) -> Bundle:
    try:
        return copy_bundle(source, shop.home.bundles)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error


def _describe(shop: Shop, bundle: Bundle) -> Outputs:
    model = bundle.directory.relative_to(shop.home.path)
    return {"model": str(model), "bundle": bundle.bundle_id, "metrics": bundle.manifest.metrics.get("generator")}


def _logged(shop: Shop, run: StageRun) -> StageRun:
    return run if run.skipped else _log(shop, run)


def _log(shop: Shop, run: StageRun) -> StageRun:
    shop.home.log_run({"stage": run.stage, "duration_s": round(run.duration_s, 3), "outputs": run.outputs})
    return run


def _use_model(shop: Shop, model: str) -> None:
    shop.stages.run("model", model, lambda: {"model": model})


def _is_model(shop: Shop, model: str) -> bool:
    try:
        open_bundle(shop.home.path / model, draft=True)
    except BundleCorrupt:
        return False
    return True


def _taught(row: RecordedProduct) -> tuple[Any, ...]:
    """Return what an encoder learns of a product."""
    product = row.product
    texts = (product.title, product.description)
    return product.product_id, product.taxonomy, row.photos_digest, product.attributes, *texts


def _photos_seen(record: Record, data: Path) -> str:
    """Stand for the photos' state without reading them: name, size and time of each."""
    files = (data / photo for row in record.products() for photo in row.photos)
    return digest([(str(file.name), status.st_size, status.st_mtime_ns) for file in files if (status := _stat(file))])


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(value, enc_hook=str)
    return plain
