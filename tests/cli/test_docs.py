"""What the documents say of files, commands and scenarios is true of the program."""

import pathlib
import re

import pytest
from conftest import SOURCE

ROOT = pathlib.Path(SOURCE)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/*/README.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`|^    [^\n]*$", re.MULTILINE | re.DOTALL)
COMMANDS = ["run", "accept", "check", "list", "report"]


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
    written = re.findall(r"\bleakgate (\w+)((?: [^\n`]*)?)", text)
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
