"""Does an answer hold what a page shows of it?"""

from typing import Any

CHANGING = {
    "outfit_id", "request_id", "bundle", "space", "generation", "mapping", "cursor", "candidates", "why",
    "predicted_attributes",
}  # fmt: skip
"""Of these fields the pages show the shape: their values depend on the weights, the time or the machine."""


def assert_holds(answer: Any, shown: Any, path: str = "answer", *, exact: bool = True) -> None:
    """Check that `answer` is `shown` with more fields and longer lists; a list shown empty is empty."""
    assert type(answer) is type(shown), path
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in answer, f"{path}.{name}"
            assert_holds(answer[name], value, f"{path}.{name}", exact=exact and name not in CHANGING)
    elif isinstance(shown, list):
        assert len(answer) >= len(shown) if shown else not answer, path
        for i, value in enumerate(shown):
            assert_holds(answer[i], value, f"{path}[{i}]", exact=exact)
    else:
        assert answer == shown or not exact, path
