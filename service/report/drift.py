"""What was found of windows of requests, as sentences and as one file of HTML."""

from collections.abc import Iterator, Sequence

from model.verdict import PSI_ALARM, PSI_WARNING, stability_index
from service.drift.keeping import JudgedWindow
from service.drift.metrics import PROFILES
from service.report.pages import render


def drift_page(windows: Sequence[JudgedWindow]) -> str:
    """Return the page of windows, the oldest first. It holds all that it shows, and runs nothing."""
    return render(
        "drift.html",
        windows=list(reversed(windows)),
        last=windows[-1],
        sentences=list(in_words(windows[-1])),
        profiles=PROFILES,
        index=stability_index,
        PSI_WARNING=PSI_WARNING,
        PSI_ALARM=PSI_ALARM,
    )


def in_words(window: JudgedWindow) -> Iterator[str]:
    """Yield what was found of a window, a sentence each."""
    verdict, drifted = window.verdict, window.drifted
    if verdict is None:
        yield "The last window was compared with nothing, for its bundle has no profile: `kitsune drift baseline`."
    elif not drifted:
        yield f"The last window of {window.requests:,} requests is like its reference."
    else:
        for name in drifted:
            yield f"{name} drifted: {verdict.ratios[name]:.2f} times what is let pass."
        if verdict.columns:
            yield f"Dimensions: {', '.join(column.label for column in verdict.columns)}."
        for word in verdict.words:
            yield f"{word.name}: {word.before:.1%} before, {word.now:.1%} now."
