"""A full window beside its reference. Importing this module needs the [drift] extra."""

from dataclasses import replace
from datetime import UTC, datetime

from model.bundle import Bundle, open_bundle
from model.drift import judge
from model.errors import BundleCorrupt
from model.profile import Profile
from service.drift.keeping import Against, DriftFolder, JudgedWindow
from service.drift.window import Window
from service.errors import BundleError
from service.home import Home

KEPT_COLUMNS = 20
"""So many of those that drifted are kept, the furthest."""


class Judge:
    """Judges windows of one home and keeps what it found; runs in one thread, off the event loop."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = DriftFolder(home)
        self._bundle: Bundle | None = None

    def __call__(self, window: Window) -> JudgedWindow:
        """Compare a full window with the baseline, or else the bundle's own profile; without either just keep it.

        Raises:
            BundleError: the bundle is damaged, or not there any more.
            HomeError: the baseline is damaged.
            OSError: the home cannot be written.
        """
        bundle = self._opened(window.versions.bundle)
        profile = window.profile(bundle.readout)
        against, reference = self._reference(bundle)
        verdict = None
        if reference is not None:
            verdict = judge(reference, profile, window.tables())
            verdict = replace(verdict, columns=verdict.columns[:KEPT_COLUMNS])
        judged = JudgedWindow(
            at=datetime.now(UTC).replace(microsecond=0),
            versions=window.versions,
            requests=window.requests,
            against=against,
            verdict=verdict,
        )
        self._folder.add(judged, profile)
        return judged

    def _reference(self, bundle: Bundle) -> tuple[Against | None, Profile | None]:
        """Return what windows of a bundle are compared with; read each time, for a baseline may be taken any time."""
        baseline = self._folder.baseline(bundle.bundle_id)
        if baseline is not None:
            return "baseline", baseline
        own = bundle.profile()
        return (None, None) if own is None else ("bundle", own)

    def _opened(self, bundle_id: str) -> Bundle:
        if self._bundle is None or self._bundle.bundle_id != bundle_id:
            try:
                self._bundle = open_bundle(self._home.bundles / bundle_id)
            except BundleCorrupt as error:
                raise BundleError(str(error)) from error
        return self._bundle
