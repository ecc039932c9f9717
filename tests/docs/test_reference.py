"""Every command, option, setting, endpoint, parameter, key and code is on its page, and no other."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from typer.main import get_command

from model.manifest import Manifest
from service import errors
from service.api import schemas
from service.api.asked import Filters, OutfitBody
from service.api.problems import SENTENCES, status_of
from service.app import create_app
from service.catalog import columns
from service.checking.registry import CHECKS
from service.cli import app
from service.index.elastic import keys
from service.settings import PREFIX, Settings
from tests.docs.pages import DOCS, ROOT, blocks, prose, quoted, rows, sections

CHECKED, CLI, ELASTICSEARCH, FORMATS, REST, SETTINGS = (
    DOCS / f"{name}.md" for name in ("checks", "cli", "elasticsearch", "formats", "rest", "settings")
)


def commands(command: Any, name: str = "kitsune") -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from commands(inner, f"{name} {word}")


COMMANDS = dict(commands(get_command(app)))


def test_every_command_has_its_section_and_no_other() -> None:
    assert {heading for heading in sections(CLI) if heading.startswith("kitsune")} == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_explained_and_no_other(name: str) -> None:
    page = sections(CLI)
    shared = quoted(page["Options that many commands share"])
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("-")}
    assert options <= quoted(page[name]) | shared
    assert {word for word in quoted(page[name]) if word.startswith("--")} <= options | shared


@pytest.mark.parametrize("name", COMMANDS)
def test_every_default_of_an_option_stands_beside_it(name: str) -> None:
    page = sections(CLI)
    places = (page[name], page["kitsune build"], page["Options that many commands share"])
    explained = [(quoted(cells[0]), quoted(cells[-1])) for place in places for cells in rows(place)]
    for parameter in COMMANDS[name].params:
        if parameter.default is not None and parameter.default is not False:
            _, said = next(row for row in explained if row[0] & {*parameter.opts})
            assert str(parameter.default) in said, parameter.opts


def all_errors(cls: type[errors.KitsuneError] = errors.KitsuneError) -> Iterator[type[errors.KitsuneError]]:
    """Yield the classes of `service.errors`; HTTP's own refusals are none of them."""
    yield cls
    for inner in cls.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield from all_errors(inner)


NAMED = [cls for cls in all_errors() if "code" in vars(cls)]


@pytest.mark.parametrize("cls", NAMED, ids=lambda cls: cls.__name__)
def test_every_error_stands_beside_its_exit_code(cls: type[errors.KitsuneError]) -> None:
    codes = {int(cells[0]): quoted(cells[-1]) for cells in rows(prose(CLI)) if cells[0].isdecimal()}
    assert cls.code in codes[cls.exit_code]
    assert sum(cls.code in of_exit for of_exit in codes.values()) == 1


def test_every_setting_is_on_the_page_with_its_default_and_no_other() -> None:
    table = {cells[0].strip("`"): cells for cells in rows(prose(SETTINGS)) if PREFIX in cells[0]}
    assert table.keys() == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else str(field.default)
        assert table[PREFIX + name.upper()][1].strip("`") == default


def test_every_bound_and_choice_of_a_setting_is_on_the_page() -> None:
    allowed = {cells[0].strip("`"): cells[2] for cells in rows(prose(SETTINGS)) if PREFIX in cells[0]}
    for name, field in Settings.model_fields.items():
        bounds = {
            str(bound)
            for rule in field.metadata
            for key in ("ge", "gt", "le")
            if (bound := getattr(rule, key, None)) is not None
        }
        choices = {*get_args(field.annotation)} if get_origin(field.annotation) is Literal else set()
        assert bounds | choices <= {*re.findall(r"\w+", allowed[PREFIX + name.upper()])}, name


def test_the_key_that_the_page_makes_by_hand_is_the_one_that_the_tool_makes() -> None:
    (block,) = blocks(ELASTICSEARCH, "json")
    descriptor = {"cluster": [], "indices": [keys.rights("serve", "kitsune")]}
    assert json.loads(block.text) == {
        "name": "kitsune-serve",
        "expiration": COMMANDS["kitsune index keys"].params[3].default,
        "role_descriptors": {"serve": descriptor},
    }


@pytest.mark.parametrize("role", keys.PRIVILEGES)
def test_every_privilege_of_a_key_is_on_the_page_and_no_other(role: keys.Role) -> None:
    (privileges,) = (cells[1] for cells in rows(sections(ELASTICSEARCH)["Keys and TLS"]) if cells[0] == role)
    assert quoted(privileges) == {*keys.PRIVILEGES[role]}


def operations() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = create_app(Settings.load()).openapi()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_every_endpoint_has_its_section_with_its_parameters_and_no_other() -> None:
    page = sections(REST)
    documented = operations()
    assert {heading for heading in page if heading.startswith(("GET ", "POST "))} == documented.keys()
    for heading, operation in documented.items():
        asked = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
        assert asked <= quoted(page[heading]), heading


def bounds(schema: Any) -> Iterator[int]:
    """Yield the largest lengths, counts and numbers of an OpenAPI document."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key in {"maxLength", "maxItems", "maximum"} and isinstance(value, int):
            yield value
        if isinstance(value, (dict, list)):
            yield from bounds(value)


def test_every_limit_of_a_request_is_on_the_page() -> None:
    said = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", prose(REST))}
    limits = set(bounds(create_app(Settings.load()).openapi()))
    assert limits
    assert limits <= said


def test_every_field_of_a_request_is_on_the_page() -> None:
    asked = sections(REST)["POST /v1/outfits"]
    assert OutfitBody.model_fields.keys() | Filters.model_fields.keys() <= quoted(asked)


def test_every_field_of_an_answer_is_shown() -> None:
    shown = {name for block in blocks(REST, "json") for name in re.findall(r'"(\w+)":', block.text)}
    assert {name for model in schemas.Answered.__subclasses__() for name in model.model_fields} <= shown


def raised(*names: str) -> Iterator[list[Any]]:
    """Yield the literals among the arguments of every call of `names` in `service`."""
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                values = [*node.args, *(keyword.value for keyword in node.keywords)]
                yield [value.value for value in values if isinstance(value, ast.Constant)]


def problems() -> Iterator[tuple[int, str]]:
    """Yield the status and code of every problem that the service may answer with, but for a refused reload's."""
    answered = [cls for cls in NAMED if not issubclass(cls, errors.SetupError)]
    yield from ((status_of(cls.__new__(cls)), cls.code) for cls in answered)
    yield from ((status, code) for status, (code, _) in SENTENCES.items())
    for literals in raised("InvalidRequest", "Refusal", "problem"):
        status = next((value for value in literals if isinstance(value, int)), 422)
        yield from ((status, word) for word in literals if isinstance(word, str) and re.fullmatch("[a-z_]+", word))
    yield 404, errors.UnknownTaxonomy.code  # where the taxonomy is the address


def test_every_problem_is_on_the_page_with_its_status_and_no_other() -> None:
    table = [cells for cells in rows(sections(REST)["Errors"]) if cells[0].isdecimal()]
    shown = {(int(status), code) for status, codes, _ in table for code in quoted(codes)}
    reload = {(status, code) for status, code in shown if status == status_of(errors.SetupError(""))}
    assert shown - reload == set(problems())
    assert {code for _, code in reload} <= {cls.code for cls in NAMED if issubclass(cls, errors.SetupError)}


def tables(cls: type[columns.Table] = columns.Table) -> Iterator[type[columns.Table]]:
    for inner in cls.__subclasses__():
        yield inner
        yield from tables(inner)


@pytest.mark.parametrize("table", [*tables()], ids=lambda cls: cls.__name__)
def test_every_key_of_a_profile_is_on_the_page(table: type[columns.Table]) -> None:
    page = sections(FORMATS)
    headings = ["Feed profile", "[feed]", "[columns]", "[constants]", "[values]", "[outfits]"]
    shown = quoted("".join(page[heading] for heading in headings)) | {heading.strip("[]") for heading in headings}
    assert {field.alias or name for name, field in table.model_fields.items()} <= shown | {"column"}


def test_every_reason_to_refuse_a_row_is_on_the_page() -> None:
    page = sections(FORMATS)["What makes a row refused"]
    reasons = {word for literals in raised("CellError", "BrokenRow") for word in literals if " " in str(word)}
    assert reasons
    assert {reason for reason in reasons if reason not in page} == set()


def test_every_key_of_a_manifest_is_on_the_page() -> None:
    assert set(Manifest.__struct_fields__) <= quoted(sections(FORMATS)["Bundle"])


def test_every_behavioural_check_is_on_the_page_with_its_limit_and_no_other() -> None:
    signs = {"at most": "≤", "at least": "≥"}
    _, *shown = rows(sections(CHECKED)["The checks"])
    assert [tuple(cells) for cells in shown] == [
        (one.name, one.skill, one.row, one.question, f"{one.limit.figure} {signs[one.limit.sense]} {one.limit.bound:g}")
        for one in CHECKS
    ]
