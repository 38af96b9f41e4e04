"""What the documents say of files, commands and scenarios is true of the program."""

import json
import pathlib
import re

import journals
import pytest
from conftest import SOURCE

ROOT = pathlib.Path(SOURCE)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/*/README.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`|^    [^\n]*$", re.MULTILINE | re.DOTALL)
COMMANDS = ["run", "accept", "check", "list", "report", "merge", "diff-baseline", "bisect", "triage",
            "watch", "fetch", "diff"]


def anchor_of(heading):
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page):
    return {anchor_of(line.lstrip("#")) for line in page.read_text("utf-8").splitlines()
            if line.startswith("#")}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), f"{target} in {page.name}"
        if anchor:
            assert anchor in anchors(file), f"{target} in {page.name}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_option_that_is_written_with_a_command_is_one_of_it(leakgate, page):
    known = {command: set(re.findall(r"--[a-z-]+", leakgate(command, "--help").stdout))
             for command in COMMANDS}
    text = page.read_text("utf-8").replace("\\\n", " ")
    written = re.findall(r"\bleakgate ([\w-]+)((?: [^\n`]*)?)", text)
    for command, rest in written:
        if command not in COMMANDS:
            continue
        for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", rest.split(" && ")[0]):
            assert option in known[command], f"leakgate {command} {option} in {page.name}"


def whole_files(page):
    """The YAML of a page that is a whole file: it says its version."""
    blocks = re.findall(r"^( *)```yaml\n(.*?)^\1```$", page.read_text("utf-8"),
                        re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in blocks
            if re.search(r"^ *version:", text, re.MULTILINE)]


def test_the_files_that_are_shown_are_right(leakgate):
    scenarios = leakgate.directory / "scenarios"
    scenarios.mkdir()
    (scenarios / "targets").symlink_to(ROOT / "scenarios" / "targets")
    files = whole_files(ROOT / "docs" / "scenarios.md")
    assert len(files) >= 3
    for text in files:
        (leakgate.directory / "shown.yaml").write_text(text, encoding="utf-8")
        shown = leakgate("check", "shown.yaml")
        assert shown.returncode == 0, shown.stderr + text


def keys_of(value):
    """The keys of an object and of what is in it, but not the names of scenarios and gauges."""
    if isinstance(value, list):
        for item in value:
            yield from keys_of(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key == "tools":
                yield from (name for tool in inner.values() for name in tool)
            elif key not in {"levels", "would_have_caught", "would_have_caught_per_hour"}:
                yield from keys_of(inner)


def test_every_key_of_a_result_is_described(leakgate):
    report = leakgate.directory / "leakgate-report"
    changed = journals.clean("changed")
    changed.records[0].update(plan_difference="-samples: 42\n", baseline_revision="main",
                              baseline_commit="a" * 40)
    for journal in [changed, journals.leaking(), journals.clean(), journals.backlog(),
                    journals.at_work().end(files_left={"count": 0, "names": []},
                                           sessions_left={"count": 0, "names": []}),
                    journals.leaked(), journals.Journal("broken").failed().end(),
                    journals.soak(iterations=1, fds=lambda i: {"pipe": 3 + 9 * i}).end()]:
        journal.write(report)
    described = (ROOT / "docs" / "result.md").read_text("utf-8")
    keys = set(keys_of(json.loads(leakgate("report", "--json").stdout)))
    assert {"verdict", "findings", "per_iteration", "failure"} <= keys
    assert [key for key in sorted(keys) if f"`{key}`" not in described] == []


def test_every_field_of_a_record_is_described():
    described = (ROOT / "docs" / "design.md").read_text("utf-8")
    written = {field for name in ["record_json.c", "samples.c"]
               for field in re.findall(r"FIELD(?:_WITH)?\(struct \w+, (\w+)",
                                       (ROOT / "harness" / "journal" / name).read_text("utf-8"))}
    assert {"plan_hash", "took_ms", "max_rss_bytes", "gauges"} <= written
    assert [field for field in sorted(written) if f"`{field}`" not in described] == []


def test_the_baseline_that_is_shown_is_right(leakgate):
    text = (ROOT / "docs" / "baseline.md").read_text("utf-8")
    [shown] = re.findall(r"^    \{\n.*?^    \}$", text, re.MULTILINE | re.DOTALL)
    (leakgate.directory / "shown.json").write_text(shown, encoding="utf-8")
    checked = leakgate("check", "shown.json")
    assert checked.returncode == 0, checked.stderr
