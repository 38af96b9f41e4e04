"""scenarios/schema.json, targets/schema.json and project.schema.json against the corpus that the loader is
tested with (tests/unit/scenario/test_corpus.c): an editor must take what leakgate takes, and
underline what leakgate refuses wherever a schema can see it."""

import json
import pathlib
import re

import jsonschema
import pytest
import yaml

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = SOURCE / "tests" / "corpus"
SCHEMAS = {
    "scenarios": SOURCE / "scenarios" / "schema.json",
    "targets": SOURCE / "scenarios" / "targets" / "schema.json",
    "projects": SOURCE / "scenarios" / "project.schema.json",
}


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: PyYAML's own types are those of YAML 1.1."""

    yaml_implicit_resolvers = {}


CORE = [
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)"
              r"|\.(nan|NaN|NAN)", "-+.0123456789"),
]
for name, pattern, first in CORE:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^({pattern})$"),
                                     [c if c != "\0" else "" for c in first])


def corpus(kind, folder):
    files = sorted((CORPUS / kind / folder).glob("*.yaml"))
    assert files
    return [pytest.param(kind, file, id=f"{kind}/{folder}/{file.stem}") for file in files]


def validator(kind):
    schema = json.loads(SCHEMAS[kind].read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def data(node):
    """A composed node as JSON has it."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: data(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [data(item) for item in node.value]
    return CoreLoader("").construct_object(node)


def compose(file):
    node = yaml.compose(file.read_text(encoding="utf-8"), CoreLoader)
    if node is None:
        raise yaml.YAMLError("an empty file")
    return node


def places(node, path, found):
    """(line, column) from 1 -> the paths of what begins there; a key stands for its mapping."""
    mark = (node.start_mark.line + 1, node.start_mark.column + 1)
    found.setdefault(mark, set()).add(path)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            mark = (key.start_mark.line + 1, key.start_mark.column + 1)
            found.setdefault(mark, set()).add(path)
            places(value, path + (key.value,), found)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            places(item, path + (index,), found)
    return found


def error_paths(errors):
    paths = set()
    for error in errors:
        paths.add(tuple(error.absolute_path))
        paths |= error_paths(error.context)
    return paths


@pytest.mark.parametrize("kind, file", [
    *corpus("scenarios", "good"),
    *corpus("targets", "good"),
    *corpus("projects", "good"),
    *[pytest.param("scenarios", file, id=file.name) for file in (SOURCE / "scenarios").glob("*.yaml")],
    *[pytest.param("targets", file, id=f"targets/{file.name}")
      for file in (SOURCE / "scenarios" / "targets").glob("*.yaml")],
    *[pytest.param("targets", file, id=f"standin/{file.name}")
      for file in (SOURCE / "tests" / "standin").rglob("*.yaml")],
])
def test_good_files_are_valid(kind, file):
    assert [error.message for error in validator(kind).iter_errors(data(compose(file)))] == []


@pytest.mark.parametrize("kind, file", [
    *corpus("scenarios", "bad"), *corpus("targets", "bad"), *corpus("projects", "bad"),
])
def test_bad_files_are_underlined_where_leakgate_says(kind, file):
    node = compose(file)
    seen = error_paths(validator(kind).iter_errors(data(node)))
    begins = places(node, (), {})
    for line in file.with_suffix(".expected").read_text(encoding="utf-8").splitlines():
        name, row, column, _ = line.split(":", 3)
        assert name == file.name
        assert begins.get((int(row), int(column)), set()) & seen, line


@pytest.mark.parametrize("kind, file", [
    *corpus("scenarios", "bad-beyond-schema"),
    *corpus("targets", "bad-beyond-schema"),
    *corpus("projects", "bad-beyond-schema"),
])
def test_files_beyond_the_schema_are_in_the_right_folder(kind, file):
    """What a schema can refuse belongs into bad/, where both must."""
    try:
        parsed = data(compose(file))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError):
        return  # no data at all, or none that JSON can have
    assert validator(kind).is_valid(parsed)
