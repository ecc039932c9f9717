"""The pages as tests see them: fenced blocks, sections, rows of tables, and what stands in code quotes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
BESIDE = tuple(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "THIRD_PARTY"))
PAGES = (README, *BESIDE, *sorted(DOCS.rglob("*.md")))

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
_QUOTED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, *languages: str) -> list[Block]:
    """Return a page's blocks in those languages, in order; in all when none is given."""
    text = page.read_text()
    found = (
        Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in _FENCED.finditer(text)
    )
    return [block for block in found if not languages or block.language in languages]


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _FENCED.sub("", page.read_text())


def sections(page: Path) -> dict[str, str]:
    """Return the prose under each heading of the second and third level, by the heading without code quotes."""
    _, *parts = _HEADING.split(prose(page))
    return {heading.replace("`", ""): text for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of each table."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def quoted(text: str) -> set[str]:
    """Return what stands in code quotes."""
    return set(_QUOTED.findall(text))
