"""Slot mappings: which taxonomies may fill the three slots beside a seed, by the seed's taxonomy.

    version: 1
    name: my-shop
    taxonomies:
      Dresses:
        - {id: day, slots: [Footwear, Bags, Jackets]}
        - {id: evening, for: women, slots: [Heels, Clutches, Jewellery]}
      Socks: {no outfit: worn out of sight}
    tree:
      Clothing (1604):
        - Dresses (2271)

`for`, `no outfit` and `tree` may be missing. The file is read as a tree of YAML nodes, not as values: nodes know their
line, and a key that stands twice is seen.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import yaml

from mappings.categories import Categories, Category
from mappings.mapping import VERSION, WEARERS, SlotMapping, Template, Wearer

SLOTS = 3

_TEXT = "tag:yaml.org,2002:str"
_INTEGER = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"
_CATEGORY = re.compile(r"(.+?)(?: \((\d+)\))?")


PACKAGED = {"google": Path(str(files("mappings") / "google.yaml"))}
"""The mappings that come with Kitsune, by the name that a profile or a command gives them."""


class MappingInvalid(ValueError):
    """The text is no mapping; `file` and `line` say where, as far as it is known."""

    def __init__(self, reason: str, line: int | None = None, file: Path | None = None) -> None:
        place = ", ".join(str(part) for part in (file, line and f"line {line}") if part)
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.line = line
        self.file = file


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
    fields = _fields(_compose(text), {"version", "name", "taxonomies"}, {"tree"})
    if (version := fields["version"]).tag != _INTEGER or version.value != VERSION:
        raise _invalid(version, f"this Kitsune reads version {VERSION}; write `version: {VERSION}`, or upgrade")
    entries = _entries(fields["taxonomies"])
    left_out = {name: node for name, node in entries.items() if isinstance(node, yaml.MappingNode)}
    taxonomies = {name: _templates(node) for name, node in entries.items() if name not in left_out}
    if not taxonomies:
        raise _invalid(fields["taxonomies"], "no taxonomy has a template; name at least one")
    reasons = {name: _text(_fields(node, {"no outfit"})["no outfit"]) for name, node in left_out.items()}
    tree = _categories(fields["tree"]) if "tree" in fields else Categories()
    return SlotMapping(_text(fields["name"]), taxonomies, reasons, tree)


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
        fields = _fields(entry, {"id", "slots"}, {"for"})
        slots = [_text(slot) for slot in _list(fields["slots"], "slots, like `[Footwear, Bags, Blazers]`")]
        if len(slots) != SLOTS:
            raise _invalid(fields["slots"], f"a template has {SLOTS} slots, not {len(slots)}")
        wearers = _wearers(fields["for"]) if "for" in fields else ()
        template = Template(_text(fields["id"]), (slots[0], slots[1], slots[2]), wearers)
        if any(template.id == other.id and _meet(wearers, other.wearers) for other in templates):
            raise _invalid(fields["id"], f"the id {template.id!r} stands twice under one taxonomy; rename one")
        templates.append(template)
    if not templates:
        raise _invalid(node, "no template; give one, or leave the taxonomy out to use its ancestor's")
    return tuple(templates)


def _wearers(node: yaml.Node) -> tuple[Wearer, ...]:
    named = node.value if isinstance(node, yaml.SequenceNode) else [node]
    words = {_text(one) for one in named}
    if not words or not words <= set(WEARERS):
        raise _invalid(node, f"`for` takes one or several of {', '.join(WEARERS)}")
    return tuple(wearer for wearer in WEARERS if wearer in words)


def _meet(one: Collection[Wearer], other: Collection[Wearer]) -> bool:
    """Return whether somebody is among both, no wearers meaning everybody."""
    return not one or not other or not set(one).isdisjoint(other)


def _categories(node: yaml.Node) -> Categories:
    found: dict[str, Category] = {}
    ids: set[str] = set()
    for place, category in _branches(node, ()):
        if category.name in found or category.id in ids:
            raise _invalid(place, "a category of this name or id stands further up; each may stand once")
        found[category.name] = category
        ids.update(filter(None, [category.id]))
    return Categories(tuple(found.values()))


def _branches(node: yaml.Node, path: tuple[str, ...]) -> Iterator[tuple[yaml.Node, Category]]:
    """Yield the categories of a list or, with what is below them, of a mapping."""
    leaves = isinstance(node, yaml.SequenceNode)
    for key, below in ((one, None) for one in node.value) if leaves else _pairs(node):
        written = _CATEGORY.fullmatch(_text(key))
        if written is None:
            raise _invalid(key, "a category stands on one line")
        category = Category(written[1], path, written[2])
        yield key, category
        if below is not None and below.tag != _NULL:
            yield from _branches(below, (*path, category.name))


def _fields(node: yaml.Node, keys: set[str], optional: Collection[str] = ()) -> dict[str, yaml.Node]:
    """Return the values of a mapping that has all of `keys`, and no other but `optional` ones."""
    fields = _entries(node)
    known = {*keys, *optional}
    for name, value in fields.items():
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(known))}"
            raise _invalid(value, f"unknown key {name!r}; {hint}")
    if lacking := sorted(keys - fields.keys()):
        raise _invalid(node, f"{', '.join(lacking)} is missing")
    return fields


def _entries(node: yaml.Node) -> dict[str, yaml.Node]:
    entries: dict[str, yaml.Node] = {}
    for key, value in _pairs(node):
        name = _text(key)
        if name in entries:
            raise _invalid(key, f"{name!r} stands twice; join the two")
        entries[name] = value
    return entries


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise _invalid(node, "`key: value` lines belong here")
    return list(node.value)


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
