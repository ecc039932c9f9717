"""Products that an engine did not take, as a file that says where each stands in the feed, and why."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from service.catalog.importing import KEPT_ERRORS, feed_lines
from service.catalog.profile import Profile
from service.catalog.stages import Outputs
from service.errors import FeedError, ProfileError
from service.home import Home, replace_file
from service.index.generations import Rejected


def list_rejections(home: Home, profile: Profile, data: Path, rejected: Sequence[Rejected]) -> Outputs:
    """Write each product that was not taken on a line of the home's `work/refused-products.jsonl`; return the first.

    Without any there is no file.
    """
    path = home.work / "refused-products.jsonl"
    if not rejected:
        path.unlink(missing_ok=True)
        return {"rejections": [], "rejections_file": None}
    lines = _feed_lines(profile, data, {each.product_id for each in rejected})
    rows = [{"line": lines.get(each.product_id), **asdict(each)} for each in rejected]
    replace_file(path, msgspec.json.Encoder().encode_lines(rows))
    return {"rejections": rows[:KEPT_ERRORS], "rejections_file": str(path.relative_to(home.path))}


def _feed_lines(profile: Profile, data: Path, product_ids: Collection[str]) -> dict[str, int]:
    try:
        return feed_lines(profile, data, product_ids)
    except (FeedError, ProfileError):
        # The feed may be gone by now, or be another one: the record is what is built from.
        return {}
