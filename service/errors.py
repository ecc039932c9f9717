"""Every error that Kitsune raises on purpose. No HTTP here: `service.api.problems` gives each a status.

KitsuneError
  * RequestError                what was asked cannot be answered as asked
    + InvalidRequest            a value is out of place; `code` says which
    + UnknownProduct            no product has this id
    + UnknownTaxonomy           no taxonomy or ancestor has this name
    + NoTemplate                no template fits the seed, and not all slots were given
    + SpaceMismatch             a vector of another space
    + UnreadablePhoto           the bytes are no photo that can be decoded
    + PhotoTooLarge             more bytes or pixels than allowed
    + Unauthorized              no key, or not the right one
  * Unavailable                 nothing is wrong with the request; try again
    + IndexUnavailable          the engine does not answer
    + NotReady                  no release is loaded
    + FeedbackUnavailable       events cannot be kept
    + DeadlineExceeded          the answer would come too late
  * SetupError                  the operator must change something first
    + ProfileError              the feed profile does not fit the feed
    + FeedError                 the feed or the outfits file cannot be read at all
    + MappingError              the mapping file is not well formed
    + BundleError               a bundle is damaged, or of another format or shape
    + HomeError                 the home lacks what the command needs
    + HomeLocked                another process writes this home
    + MissingExtra              what was asked needs an extra that is not installed
    + SettingsError             an environment variable is unknown or has a bad value
"""

from collections.abc import Sequence
from typing import ClassVar


class KitsuneError(Exception):
    """Something went wrong in a way that has a name, a sentence for people and an exit code for scripts."""

    code: str = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class RequestError(KitsuneError):
    """What was asked cannot be answered as asked."""

    exit_code = 3


class InvalidRequest(RequestError):
    """A value is out of place; `code` says which."""

    code = "invalid_request"

    def __init__(self, detail: str, code: str = "invalid_request") -> None:
        super().__init__(detail)
        self.code = code


class UnknownProduct(RequestError):
    """No product has this id."""

    code = "unknown_product"


class UnknownTaxonomy(RequestError):
    """No taxonomy or ancestor has this name."""

    code = "unknown_taxonomy"

    def __init__(self, field: str, closest: Sequence[str]) -> None:
        hint = f"Closest: {', '.join(closest)}." if closest else "None comes close; GET /v1/taxonomies lists them."
        super().__init__(f"{field} names a taxonomy that the catalogue does not have. {hint}")
        self.closest = tuple(closest)


class NoTemplate(RequestError):
    """No template fits the seed, and not all slots were given."""

    code = "no_template"


class SpaceMismatch(RequestError):
    """A vector of another space: its cosines with this catalogue would mean nothing."""

    code = "space_mismatch"


class UnreadablePhoto(RequestError):
    """The bytes are no photo that can be decoded."""

    code = "unreadable_photo"


class PhotoTooLarge(RequestError):
    """More bytes or pixels than allowed."""

    code = "photo_too_large"


class Unauthorized(RequestError):
    """No key, or not the right one."""

    code = "unauthorized"


class Unavailable(KitsuneError):
    """Nothing is wrong with the request; try again."""

    code = "unavailable"
    exit_code = 4


class IndexUnavailable(Unavailable):
    """The engine does not answer."""

    code = "index_unavailable"


class NotReady(Unavailable):
    """No release is loaded."""

    code = "not_ready"


class FeedbackUnavailable(Unavailable):
    """Events cannot be kept."""

    code = "feedback_unavailable"


class DeadlineExceeded(Unavailable):
    """The answer would come too late."""

    code = "deadline_exceeded"


class SetupError(KitsuneError):
    """The operator must change something first."""

    code = "setup"
    exit_code = 5


class ProfileError(SetupError):
    """The feed profile does not fit the feed."""

    code = "profile"
    exit_code = 6


class FeedError(SetupError):
    """The feed or the outfits file cannot be read at all."""

    code = "feed"
    exit_code = 7


class MappingError(SetupError):
    """The mapping file is not well formed."""

    code = "mapping"
    exit_code = 8


class BundleError(SetupError):
    """A bundle is damaged, or of another format or shape."""

    code = "bundle"
    exit_code = 9


class HomeError(SetupError):
    """The home lacks what the command needs."""

    code = "home"
    exit_code = 10


class HomeLocked(SetupError):
    """Another process writes this home."""

    code = "locked"
    exit_code = 11


class MissingExtra(SetupError):
    """What was asked needs an extra that is not installed."""

    code = "missing_extra"
    exit_code = 12


class PromotionRefused(SetupError):
    """A bundle's figures are not good enough to serve it."""

    code = "promotion_refused"
    exit_code = 14


class SettingsError(SetupError):
    """An environment variable is unknown or has a bad value."""

    code = "settings"
    exit_code = 13
