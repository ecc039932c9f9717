"""Photos inside a page: small, as data URIs, so that one file is the whole report."""

from base64 import b64encode
from collections.abc import Collection
from pathlib import Path

from service.api.problems import Refusal
from service.catalog.record import Record
from service.web.photos import PhotoQuery, Width, find_photo, make_picture


class Pictures:
    """The pictures of some products, made when they are first asked for."""

    def __init__(self, record: Record, data: Path, product_ids: Collection[str]) -> None:
        found = record.get(product_ids)
        self._photos = {product_id: row.photos[0] for product_id, row in found.items() if row.photos}
        self._data = data
        self._made: dict[str, str | None] = {}

    def address(self, product_id: str) -> str | None:
        """Return a data URI; None where there is no photo that can be shown."""
        if product_id not in self._made:
            self._made[product_id] = self._make(product_id)
        return self._made[product_id]

    def _make(self, product_id: str) -> str | None:
        try:
            photo = find_photo(self._data, self._photos.get(product_id, ""))
            picture = make_picture(photo.path, PhotoQuery(width=Width.ICON))
        except Refusal:
            return None
        return f"data:image/webp;base64,{b64encode(picture).decode()}"
