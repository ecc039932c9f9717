"""Blind ratings: looks without a word about who made them, and what people's answers come to.

A page shows each seed with a look of the generator's, a stylist's and one by chance. A look's name is a hash, and looks
stand in the order of their names: the page tells nobody which is whose, and the tally needs no key but the figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from model.estimates import Estimate, bootstrap, estimates
from service.catalog.figures import JUDGED, Measured
from service.catalog.sheets import CHANCE, STYLISTS, Look, Sheet
from service.catalog.stages import digest
from service.errors import InvalidRequest
from service.report.pages import Picture, render

RATED = (JUDGED, STYLISTS, CHANCE)
HIGHEST = 5


@dataclass(frozen=True, slots=True)
class BlindLook:
    """A look by a name that says nothing."""

    name: str
    pieces: Look


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page saves: a rating of 1 to 5 by look, of one evaluation."""

    evaluation: str
    ratings: dict[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """How the looks of one maker were rated, each look by anybody; `at_least_stylists` leaves out unpaired seeds."""

    ratings: int
    seeds: int
    mean: Estimate
    at_least_stylists: float | None


def evaluation_name(measured: Measured) -> str:
    """Return what answers name the figures by."""
    return f"{measured.bundle}.{measured.part}"


def blind_page(measured: Measured, picture: Picture) -> str:
    """Return the page on which looks are rated; its script keeps the answers and hands them out as a file."""
    asked = [(sheet.seed, _blind(measured, sheet)) for sheet in measured.sheets]
    return render("blind.html", evaluation=evaluation_name(measured), asked=asked, highest=HIGHEST, picture=picture)


def read_answers(path: Path, measured: Measured) -> Answers:
    """Read a file that the page saved.

    Raises:
        InvalidRequest: it is none, or of other figures.
    """
    try:
        answers = msgspec.json.decode(path.read_bytes(), type=Answers)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"{path} holds no answers of a blind page; save them with its button.") from error
    if answers.evaluation != evaluation_name(measured):
        raise InvalidRequest(f"{path} rates the looks of another evaluation; name that one's bundle and part.")
    if any(not 1 <= rating <= HIGHEST for rating in answers.ratings.values()):
        raise InvalidRequest(f"{path} holds ratings that are not 1 to {HIGHEST}; save them with the page's button.")
    return answers


def tally(measured: Measured, answers: Sequence[Answers]) -> dict[str, Tally]:
    """Return what the answers come to, by maker; one without ratings is left out. Intervals are over seeds."""
    rated = [dict(_ratings(measured, sheet, answers)) for sheet in measured.sheets]  # by maker, a seed each
    return {maker: _tally(maker, rated) for maker in RATED if any(maker in of_seed for of_seed in rated)}


def _tally(maker: str, rated: Sequence[Mapping[str, Sequence[int]]]) -> Tally:
    own = [of_seed[maker] for of_seed in rated if maker in of_seed]
    paired = [of_seed for of_seed in rated if maker in of_seed and STYLISTS in of_seed]
    ratings, seeds = np.concatenate(own), np.repeat(np.arange(len(own)), [len(of_seed) for of_seed in own])
    drawn = bootstrap(ratings[None, :, None].astype(np.float64), seeds, seed=0)[:, 0]
    equalled = [np.mean(of_seed[maker]) >= np.mean(of_seed[STYLISTS]) for of_seed in paired]
    return Tally(
        ratings=len(ratings),
        seeds=len(own),
        mean=estimates(ratings.mean(keepdims=True), drawn)[0],
        at_least_stylists=float(np.mean(equalled)) if equalled else None,
    )


def _ratings(measured: Measured, sheet: Sheet, answers: Sequence[Answers]) -> Iterator[tuple[str, list[int]]]:
    for maker in RATED:
        name = _name(measured, sheet, maker)
        if found := [one.ratings[name] for one in answers if name in one.ratings]:
            yield maker, found


def _blind(measured: Measured, sheet: Sheet) -> list[BlindLook]:
    looks = [BlindLook(_name(measured, sheet, maker), sheet.looks[maker][0]) for maker in RATED]
    return sorted(looks, key=lambda look: look.name)


def _name(measured: Measured, sheet: Sheet, maker: str) -> str:
    return digest([evaluation_name(measured), sheet.seed, maker])[:12]
