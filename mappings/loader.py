"""Slot mappings: which taxonomies may fill the three slots beside a seed, by the seed's taxonomy.

    version: 1
    name: my-shop
    taxonomies:
      Dresses:
        - {id: day, slots: [Footwear, Bags, Jackets]}
        - {id: evening, slots: [Heels, Clutches, Jewellery]}

The file is read as a tree of YAML nodes, not as values: nodes know their line, and a key that stands twice is seen.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

VERSION = "1"
SLOTS = 3

_TEXT = "tag:yaml.org,2002:str"
_INTEGER = "tag:yaml.org,2002:int"


class MappingInvalid(ValueError):
    """The text is no mapping; `file` and `line` say where, as far as it is known."""

    def __init__(self, reason: str, line: int | None = None, file: Path | None = None) -> None:
        place = ", ".join(str(part) for part in (file, line and f"line {line}") if part)
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.line = line
        self.file = file


@dataclass(frozen=True, slots=True)
class Template:
    """An ordered triple of slot taxonomies; `id` is its own among those of a seed taxonomy."""

    id: str
    slots: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """Templates by seed taxonomy, the first of which is the default."""

    name: str
    taxonomies: Mapping[str, tuple[Template, ...]]

    @property
    def mapping_id(self) -> str:
        """12 hex digits that stand for the content, however the file is written."""
        content = {name: [[one.id, *one.slots] for one in templates] for name, templates in self.taxonomies.items()}
        text = json.dumps([VERSION, self.name, content], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def templates_for(self, taxonomy: str, path: Sequence[str] = ()) -> tuple[tuple[Template, ...], bool]:
        """Return the templates of a seed, and whether they are an ancestor's.

        Args:
            taxonomy: the seed's.
            path: its ancestors, root first; the nearest that has templates stands in for a taxonomy without.
        """
        if taxonomy in self.taxonomies:
            return self.taxonomies[taxonomy], False
        ancestor = next((name for name in reversed(path) if name in self.taxonomies), None)
        return ((), False) if ancestor is None else (self.taxonomies[ancestor], True)


def load_mapping(path: Path) -> SlotMapping:
    """Read a mapping from a file.

    Raises:
        MappingInvalid: the file is no mapping.
        OSError: the file cannot be read.
    """
    try:
        return parse_mapping(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise MappingInvalid("not in UTF-8", file=path) from error
    except MappingInvalid as error:
        raise MappingInvalid(error.reason, error.line, path) from error


def parse_mapping(text: str) -> SlotMapping:
    """Read a mapping from YAML.

    Raises:
        MappingInvalid: it is none; the line is named.
    """
    fields = _fields(_compose(text), {"version", "name", "taxonomies"})
    if (version := fields["version"]).tag != _INTEGER or version.value != VERSION:
        raise _invalid(version, f"this Kitsune reads version {VERSION}; write `version: {VERSION}`, or upgrade")
    taxonomies = {name: _templates(node) for name, node in _entries(fields["taxonomies"]).items()}
    if not taxonomies:
        raise _invalid(fields["taxonomies"], "no taxonomy has a template; name at least one")
    return SlotMapping(_text(fields["name"]), taxonomies)


def _compose(text: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MappingInvalid(f"no YAML: {error.problem}", mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:
        raise MappingInvalid(f"no YAML: {error}") from error
    except RecursionError as error:
        raise MappingInvalid("nested too deeply") from error
    if node is None:
        raise MappingInvalid("the file is empty; start with `version: 1`")
    return node


def _templates(node: yaml.Node) -> tuple[Template, ...]:
    templates: list[Template] = []
    for entry in _list(node, "templates, like `- {id: day, slots: [Footwear, Bags, Blazers]}`"):
        fields = _fields(entry, {"id", "slots"})
        slots = [_text(slot) for slot in _list(fields["slots"], "slots, like `[Footwear, Bags, Blazers]`")]
        if len(slots) != SLOTS:
            raise _invalid(fields["slots"], f"a template has {SLOTS} slots, not {len(slots)}")
        template = Template(_text(fields["id"]), (slots[0], slots[1], slots[2]))
        if any(template.id == other.id for other in templates):
            raise _invalid(fields["id"], f"the id {template.id!r} stands twice under one taxonomy; rename one")
        templates.append(template)
    if not templates:
        raise _invalid(node, "no template; give one, or leave the taxonomy out to use its ancestor's")
    return tuple(templates)


def _fields(node: yaml.Node, keys: set[str]) -> dict[str, yaml.Node]:
    """Return the values of a mapping that has exactly `keys`."""
    fields = _entries(node)
    for name, value in fields.items():
        if name not in keys:
            close = get_close_matches(name, keys, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(keys))}"
            raise _invalid(value, f"unknown key {name!r}; {hint}")
    if lacking := sorted(keys - fields.keys()):
        raise _invalid(node, f"{', '.join(lacking)} is missing")
    return fields


def _entries(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _invalid(node, "`key: value` lines belong here")
    entries: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = _text(key)
        if name in entries:
            raise _invalid(key, f"{name!r} stands twice; join the two")
        entries[name] = value
    return entries


def _list(node: yaml.Node, of: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _invalid(node, f"a list belongs here, of {of}")
    return list(node.value)


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT:
        raise _invalid(node, "a name belongs here; one that YAML takes for something else (on, 1, null) needs quotes")
    text = str(node.value).strip()
    if not text:
        raise _invalid(node, "a name must not be empty")
    return text


def _invalid(node: yaml.Node, reason: str) -> MappingInvalid:
    return MappingInvalid(reason, node.start_mark.line + 1)
