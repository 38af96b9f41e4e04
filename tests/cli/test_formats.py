"""leakgate report --format: what pull requests, build servers and spreadsheets read."""

import csv
import html.parser
import io
import json
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import journals
import pages
import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Jenkins' schema; ci/test puts it there.
JUNIT_SCHEMA = SOURCE / "build/schemas/junit-10.xsd"
FILES = ["result.json", "index.html", "summary.md", "junit.xml", "samples.csv"]
# Of no use to a reader, and able to change what is shown.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

HOSTILE = [
    "::error::forged", "\n::error file=x::forged", "%0A::error::forged", "\r\n::error::forged",
    "##[error]forged", "a,line=7::forged", "</script><script>alert(1)</script>",
    "]]><failure/>", "<![CDATA[", "<!-- ", "|a|b|", "`code`", "```\n# heading", "</details></table>",
    "@octocat", "see #12 and GH-12", "\u200f\u202eevil\u061c", "\x1b]0;title\x07\x1b[31m", "\ufffe",
    "[link](https://evil.example)", "![i](https://evil.example/x.png)", "https://evil.example/",
    "www.evil.example", "me@evil.example", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "$x$ $$y$$",
    "{0} ${world}", "a\"b,c", "* _a_ **b** ~~c~~", "# a", "1. a", "a" * 5000, "日本" * 2000, "\\",
]


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


def made(leakgate, name, directory=None):
    """A report of that format; whatever its bytes are, they are UTF-8."""
    words = ["--from", directory] if directory is not None else []
    shown = leakgate("report", *words, "--format", name, "--output", "made")
    assert shown.returncode == 0, shown.stderr
    return (leakgate.directory / "made").read_bytes().decode("utf-8")


def leaking(name="s", holder="anon_inode:[eventpoll]", kept=1, **header):
    def fds(i):
        return {"pipe": 3, holder: 2 + kept * i}
    return journals.Journal(name, **header).measured(fds, drained=fds(42)).end()


def write_located(report):
    """A leak that was confirmed, and whose step was found."""
    plan = {"scenario": {"iteration": [{"press": "j"}, {"press": "E"}]}}
    for attempt in (None, "again"):
        journal = journals.leaking()
        journal.records[0]["plan"] = plan
        journal.write(report, attempt)
    journals.locating().write(report, "locate")


def set_in_result(leakgate, **changes):
    result = json.loads(leakgate("report", "--json").stdout)
    (report_of(leakgate) / "result.json").write_text(json.dumps({**result, **changes}))


def quarantined(journal):
    journal.records[0]["quarantine"] = {"reason": "loses a row", "until": "2027-01-31"}
    return journal


def allowed(name="s"):
    journal = leaking(name)
    journal.records[0]["baseline"] = {
        "version": 1, "plan": "0123456789abcdef", "go": "go1.26.8", "platform": "linux/amd64",
        "gauges": {},
        "exceptions": [{"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1,
                        "reason": "an old input reader is kept", "expires": "2027-06-30"}]}
    return journal


def make_hostile(report):
    """Each of them wherever a text from elsewhere can stand."""
    for number, text in enumerate(HOSTILE):
        leak = leaking(f"leak-{number}", holder=text, title=text, file=f"{text}.yaml", target=text)
        leak.records[1].update(version=text, go=text)
        leak.records.insert(2, {"record": "note", "text": text})
        leak.write(report)
        failed = journals.Journal(f"failed-{number}").failed(
            text=text, screen=[text, "", text], stderr=f"{text}\n{text}\n")
        failed.records[-1]["where"] = f"{text}:3:4"
        failed.end().write(report)


# --- Annotations ---

def unescaped(text, table):
    for code, character in table:
        text = text.replace(code, character)
    return text


def annotations(text):
    """As the runner reads a log."""
    data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning) (.*?)::(.*)", line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert set(properties) in ({"file", "line", "col", "title"}, {"title"}), line
        found.append({**{key: unescaped(value, [("%3A", ":"), ("%2C", ",")] + data)
                         for key, value in properties.items()},
                      "kind": match[1], "message": unescaped(match[3], data)})
    return found


def test_a_leak_is_marked_at_the_step_at_which_it_grows(leakgate):
    write_located(report_of(leakgate))
    [marked] = annotations(made(leakgate, "annotations"))
    assert marked["kind"] == "error"
    assert (marked["file"], marked["line"], marked["col"]) == (
        "scenarios/external-editor.yaml", "14", "5")
    assert marked["title"] == "external-editor: LEAK"
    lines = marked["message"].splitlines()
    assert lines[0].startswith("fd +1.00 per iteration (")
    assert lines[1] == "held by anon_inode:[eventpoll]  +42"
    assert lines[-1] == "To reproduce: leakgate run external-editor"


@pytest.mark.parametrize("make, kind, line", [
    (lambda: leaking("broken"), "error", "1"),
    (lambda: quarantined(leaking("broken")), "warning", "1"),
    (lambda: journals.Journal("broken").failed().end(), "error", "14"),
    (lambda: journals.Journal("broken").failed("invalid").end(), "error", "14"),
    (lambda: journals.Journal("broken").failed("internal").end(), "error", "14"),
    (lambda: journals.inconclusive("broken"), "warning", "1"),
    (lambda: journals.backlog("broken"), "warning", "1"),
])
def test_what_fails_is_an_error_and_the_rest_a_warning(leakgate, make, kind, line):
    make().write(report_of(leakgate))
    [marked] = annotations(made(leakgate, "annotations"))
    assert (marked["kind"], marked["file"], marked["line"]) == (
        kind, "scenarios/broken.yaml", line)


def test_a_leak_is_marked_at_the_line_of_the_program_if_it_is_here(leakgate):
    journals.sourced().write(report_of(leakgate))
    assert "update.go,line" not in made(leakgate, "annotations")
    journals.checkout(leakgate.directory)
    assert "::error file=internal/app/update.go,line=12,col=1," in made(leakgate, "annotations")


LINK = "https://github.com/o/r/blob/" + "0123abcd" * 5


@pytest.mark.parametrize("target, words, environment, root", [
    ({}, [], {}, LINK),
    ({"revision": "0123abcd" * 5 + "+dirty"}, [], {}, None),
    ({"revision": ""}, [], {}, None),
    ({"revision": ""}, [], {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r",
                            "GITHUB_SHA": "0123abcd" * 5}, LINK),
    ({"revision": ""}, [], {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/other",
                            "GITHUB_SHA": "0123abcd" * 5}, None),
    ({}, ["--source-url", "https://git.example.com/o/r/src/v1/"], {}, "https://git.example.com/o/r/src/v1"),
])
def test_the_line_is_linked_where_the_commit_is_known(leakgate, target, words, environment, root):
    journals.sourced(**target).write(report_of(leakgate))
    for name in ("markdown", "html"):
        shown = leakgate("report", "--format", name, *words, **environment)
        assert shown.returncode == 0, shown.stderr
        place, colon = "internal/app/update.go", "&#58;" if name == "markdown" else ":"
        assert f"{place}{colon}12" in shown.stdout
        found = re.findall(rf"https?:[^ \")]*/{place}#L12", shown.stdout)
        assert set(found) == ({f"{root}/{place}#L12"} if root else set())
        if name == "markdown" and root:
            assert f"code [<code>{place}{colon}12</code>]({root}/{place}#L12)\n" in shown.stdout


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://h/\"><b>", "h/o/r", "https://"])
def test_an_address_that_is_none(leakgate, address):
    journals.sourced().write(report_of(leakgate))
    shown = leakgate("report", "--source-url", address)
    assert shown.returncode == 2
    assert "--source-url needs an address such as https://github.com/OWNER/REPO/blob/REVISION" in shown.stderr


def test_what_fail_on_leak_lets_pass_is_a_warning(leakgate):
    journals.Journal("broken").failed("invalid").end().write(report_of(leakgate))
    set_in_result(leakgate, only_leaks_fail=True)
    [marked] = annotations(made(leakgate, "annotations"))
    assert marked["kind"] == "warning"


@pytest.mark.parametrize("make", [journals.clean, allowed])
def test_a_pass_marks_nothing(leakgate, make):
    make().write(report_of(leakgate))
    assert made(leakgate, "annotations") == ""


def test_a_run_that_was_stopped_or_judged_nothing_says_so(leakgate):
    journals.Journal("s").failed("need", "not on this machine: tmux").end().write(
        report_of(leakgate))
    [marked] = annotations(made(leakgate, "annotations"))
    assert marked == {"kind": "error", "title": "leakgate",
                      "message": "nothing was judged: 1 skipped"}
    set_in_result(leakgate, signal=15)
    [marked] = annotations(made(leakgate, "annotations"))
    assert marked["message"] == "stopped by signal 15 (Terminated): 1 skipped"


def test_the_worst_nine_and_how_many_more(leakgate):
    for number in range(6):
        leaking(f"leak-{number}").write(report_of(leakgate))
        journals.backlog(f"slow-{number}").write(report_of(leakgate))
    journals.Journal("broken").failed().write(report_of(leakgate))
    marked = annotations(made(leakgate, "annotations"))
    assert [item["title"] for item in marked] == [
        "broken: failed", *(f"leak-{number}: LEAK" for number in range(6)),
        "slow-0: backlog", "slow-1: backlog", "leakgate"]
    assert marked[-1]["kind"] == "warning"
    assert marked[-1]["message"].startswith("4 more (0 of them fail): ")
    assert "leakgate-report/index.html" in marked[-1]["message"]


def test_nothing_forges_an_annotation(leakgate):
    make_hostile(report_of(leakgate))
    text = made(leakgate, "annotations")
    assert len(text.splitlines()) == 10 == len(annotations(text))
    assert "##[" not in text and not CONTROLS.search(text)
    assert all(len(line) < 4096 for line in text.splitlines())
    # All of them, nine at a time.
    for first in range(0, len(HOSTILE), 9):
        names = HOSTILE[first:first + 9]
        report = leakgate.directory / f"from-{first}"
        for number, hostile in enumerate(names):
            leaking(f"s{number}", holder=hostile, title=hostile, file=hostile).write(report)
        marked = annotations(made(leakgate, "annotations", report))
        assert [item["title"] for item in marked] == [f"s{number}: LEAK" for number in
                                                      range(len(names))]
        for item, hostile in zip(marked, names):
            if hostile.startswith(("%", "a,", "##", "=")):
                shown = hostile.replace("##[", "# #[")
                assert item["file"] == shown and f"held by {shown}" in item["message"]


# --- The same numbers ---

def test_every_format_has_the_gauges_numbers_from_rest_to_rest(leakgate):
    """The descriptors are 5 at rest before the loop and 47 after it, also where one kind of them is
    what grows."""
    write_located(report_of(leakgate))
    said = "fd +1.00 per iteration (5 -> 47 in 42 iterations), confirmed in a fresh process"
    assert said in " ".join(leakgate("report").stdout.split())
    assert said in html.unescape(made(leakgate, "markdown"))
    [case] = ElementTree.fromstring(made(leakgate, "junit")).iter("failure")
    assert case.get("message") == said and case.text.startswith(said + "\n")
    [marked] = annotations(made(leakgate, "annotations"))
    assert marked["message"].startswith(said + "\n")
    [_, [scenario]] = pages.data_of(made(leakgate, "html"))
    assert [scenario["whole"][key] for key in ("per_iteration", "from", "to", "iterations")] == [1, 5, 47, 42]
    rows = [row for row in csv.DictReader(io.StringIO(made(leakgate, "csv")))
            if row["attempt"] == "screening"]
    rests = [[row for row in rows if row["phase"] == phase][-1] for phase in ("idle", "drain")]
    assert [row["fd"] for row in rests] == ["5", "47"]
    assert int(rests[1]["iteration"]) - int(rests[0]["iteration"]) == 42


def test_what_comes_with_a_goroutine_stands_below_it(leakgate):
    """Every format that people read names the function to look at, and one finding fails."""
    journals.ticking().write(report_of(leakgate))
    stack = "time.newTimer < time.NewTimer < tea.Tick < app.(*Plugin).poll"
    words = leakgate("report").stdout.split()
    assert "held by app.(*Plugin).poll +42 #1 tea.Tick.func" in " ".join(words)
    assert f"with it heap_stack {stack} +1.00 objects, +112 B per iteration" in " ".join(words)
    [marked] = annotations(made(leakgate, "annotations"))
    assert "\nheld by app.(*Plugin).poll  +42\n" in marked["message"]
    assert f"\nwith it heap_stack {stack}  +1.00 objects" in marked["message"]
    [_, [drawn]] = pages.data_of(made(leakgate, "html"))
    assert drawn["worst"]["function"] == "app.(*Plugin).poll"
    [scenario] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert [(finding["kind"], finding["gauge"], finding["function"], finding.get("companion_of"))
            for finding in scenario["findings"]] == [
                ("growth", "goroutine", "app.(*Plugin).poll", None),
                ("companion", "heap_stack", "time.newTimer", "tea.Tick.func")]


# --- Markdown ---

class Page(html.parser.HTMLParser):
    """What a page shows: its tags are balanced, and text outside of code has no reference in it."""

    VOID = {"br", "hr"}

    def __init__(self, markdown):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.rows, self.texts = [], [], [], []
        rendered = subprocess.run(
            ["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink"],
            input=markdown, capture_output=True, check=True, encoding="utf-8")
        self.feed(rendered.stdout)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert all(name == "class" and value in ("language-sh", "language-text")
                   for name, value in attrs), (tag, attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("code", "pre"):
            assert not re.search(r"@\w|#\d", data), data
        self.texts.append(data)
        if self.rows and ("td" in self.open or "th" in self.open):
            self.rows[-1][-1] += data

    TAGS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong", "b", "code",
            "pre", "span", "details", "summary"}


def has_cmark():
    return subprocess.run(["sh", "-c", "command -v cmark-gfm"], capture_output=True,
                          check=False).returncode == 0


needs_cmark = pytest.mark.skipif(not has_cmark() and "CI" not in os.environ,
                                 reason="no cmark-gfm; ci/test brings it")


@needs_cmark
def test_the_summary_says_what_leaks_where_and_since_which_step(leakgate):
    write_located(report_of(leakgate))
    journals.clean().write(report_of(leakgate))
    text = made(leakgate, "markdown")
    assert text.splitlines()[0] == "### ❌ leakgate: 1 leak, 1 passed"
    page = Page(text)
    head, leak, passed = page.rows
    assert head == ["verdict", "scenario", "what grew, or why", "held by", "at the step", "time"]
    assert leak[:2] == ["❌ LEAK", "external-editor"]
    assert re.match(r"fd \+1\.00 per iteration \(5 -> 47 in 42 iterations\), "
                    r"confirmed in a fresh process ▁[▁-█]{19}█$", leak[2])
    assert leak[3] == "anon_inode:[eventpoll]  +42"
    assert leak[4] == "press E scenarios/external-editor.yaml:14:5"
    assert passed[:2] == ["✅ pass", "tab-cycle"]
    assert page.tags.count("details") == 2
    assert "leakgate accept external-editor" in text
    assert text.rstrip("`\n").splitlines()[-1] == "leakgate run external-editor"


@needs_cmark
def test_a_failure_shows_the_screen_and_a_quarantine_is_told(leakgate):
    journals.Journal("broken").failed(screen=["  Sidecar", "```"], stderr="panic: no\n").write(
        report_of(leakgate))
    quarantined(leaking("held")).write(report_of(leakgate))
    page = Page(made(leakgate, "markdown"))
    assert [row[:2] for row in page.rows[1:]] == [["❌ failed", "broken"],
                                                  ["⚪ LEAK (quarantined)", "held"]]
    [words] = [text for text in page.texts if "panic: no" in text]
    assert "│   Sidecar │" in words and "```" in words
    assert "quarantined until 2027-01-31, fails nothing: loses a row" in "".join(page.texts)


@needs_cmark
def test_nothing_breaks_out_of_the_summary(leakgate):
    make_hostile(report_of(leakgate))
    text = made(leakgate, "markdown")
    page = Page(text)
    assert set(page.tags) <= Page.TAGS
    assert {len(row) for row in page.rows} == {6}
    assert len(page.rows) == 1 + 2 * len(HOSTILE)
    assert page.tags.count("details") == 2 * len(HOSTILE)
    assert not CONTROLS.search(text)
    assert "##[" not in text and not re.search(r"^\s*::", text, re.MULTILINE)


def test_the_summary_stays_below_what_a_step_summary_may_have(leakgate):
    screen = [f"{row:3} " + "<&|`" * 60 for row in range(300)]
    for number in range(24):
        journals.Journal(f"broken-{number:02}").failed(
            screen=screen, stderr="\n".join(screen)).write(report_of(leakgate))
    text = made(leakgate, "markdown")
    assert 600 * 1024 < len(text.encode()) < 900 * 1024
    assert text.count("<details>") == text.count("</details>")
    [note] = [line for line in text.splitlines() if line.startswith("Left out to save space")]
    assert re.search(r"details of \d+ scenarios \(broken-\d+, .*index.html", note)
    assert text.rstrip("`\n").splitlines()[-1].startswith("leakgate run broken-00 broken-01 ")


def test_a_table_too_long_is_cut(leakgate):
    name = "n" * 200
    scenarios = [{"name": f"{name}{number}", "file": f"{name}.yaml", "verdict": "skipped",
                  "ran": False, "seconds": 0, "reason": "a | " * 300} for number in range(1500)]
    report_of(leakgate).mkdir()
    (report_of(leakgate) / "result.json").write_text(
        json.dumps({"version": 1, "scenarios": scenarios}))
    text = made(leakgate, "markdown")
    assert len(text.encode()) < 900 * 1024
    assert re.search(r"^\| \| and \d+ more scenarios \|", text, re.MULTILINE)


# --- JUnit ---

def junit(leakgate, directory=None):
    text = made(leakgate, "junit", directory)
    if not JUNIT_SCHEMA.exists() and "CI" not in os.environ:
        pytest.skip("no build/schemas/junit-10.xsd; ci/test brings it")
    checked = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", JUNIT_SCHEMA,
         leakgate.directory / "made"], capture_output=True, check=False, encoding="utf-8")
    assert checked.returncode == 0, checked.stderr
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("make, element, kind", [
    (lambda: journals.clean("s"), None, None),
    (lambda: leaking("s"), "failure", "leak"),
    (lambda: quarantined(leaking("s")), "skipped", "leak"),
    (lambda: journals.Journal("s").failed().end(), "error", "failed"),
    (lambda: journals.Journal("s").failed("internal").end(), "error", "failed"),
    (lambda: journals.Journal("s").failed("invalid").end(), "error", "invalid"),
    (lambda: journals.inconclusive("s"), "error", "inconclusive"),
])
def test_a_scenario_is_a_test_case(leakgate, make, element, kind):
    make().write(report_of(leakgate))
    root = junit(leakgate)
    [suite] = root
    [case] = suite.findall("testcase")
    assert suite.get("file") == "scenarios/s.yaml"
    assert (case.get("classname"), case.get("name")) == ("standin", "s")
    assert float(case.get("time")) > 0
    marks = [child for child in case if child.tag != "system-out"]
    assert [(mark.tag, mark.get("type")) for mark in marks] == ([(element, kind)] if kind else [])
    counted = {"failure": "failures", "error": "errors"}
    for tag, count in counted.items():
        assert int(root.get(count)) == int(suite.get(count)) == (tag == element)
    assert root.get("tests") == "1"
    if element in ("failure", "error"):
        assert marks[0].get("message")
        assert marks[0].text.rstrip().splitlines()[-1] == "To reproduce: leakgate run s"
    assert case.find("system-out").text.startswith("s  ")


def test_a_run_that_judged_nothing_is_no_green_junit(leakgate):
    journals.Journal("s").failed("need", "not on this machine: tmux").end().write(
        report_of(leakgate))
    root = junit(leakgate)
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("2", "1", "0")
    assert root.find(".//error").get("message") == "nothing was judged: 1 skipped"
    assert root.find(".//skipped").get("message") == "not on this machine: tmux"


def test_hostile_names_in_junit(leakgate):
    make_hostile(report_of(leakgate))
    root = junit(leakgate)
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert len(cases) == 2 * len(HOSTILE) == int(root.get("tests"))
    number = HOSTILE.index("]]><failure/>")
    assert cases[f"leak-{number}"].get("classname") == "]]><failure/>"
    assert "]]><failure/>" in cases[f"failed-{number}"].find("error").text
    for case in cases.values():
        assert {child.tag for child in case} <= {"failure", "error", "system-out"}
        assert all(len(child.text) < 40000 for child in case)


# --- CSV ---

def table(leakgate, directory=None):
    return list(csv.DictReader(io.StringIO(made(leakgate, "csv", directory))))


def test_the_time_of_a_sample_counts_what_the_machine_slept(leakgate):
    journal = journals.soak(samples=3, every=60, watch="leakgate watch 7")
    journal.records[-1]["slept"] = 7200
    journal.end().write(report_of(leakgate))
    assert [row["time"] for row in table(leakgate)] == [
        "2026-11-23T12:00:10.000Z", "2026-11-23T12:01:10.000Z", "2026-11-23T14:02:10.000Z"]


def test_samples_begin_with_the_columns_people_keep(leakgate):
    journal = journals.Journal("s")
    for i in range(3):
        journal.sample("idle", 6, 10.25 + i, {"pipe": 5}, goroutine=26, heap_alloc=7e6,
                       heap_inuse=9e6, rss=1.5 * 1024 * 1024, cpu=0.5, thread=9)
    journal.end().write(report_of(leakgate))
    header, first, *_ = made(leakgate, "csv").splitlines()
    assert header.startswith("time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,")
    assert first.startswith("2026-11-23T12:00:10.250Z,7000000,9000000,26,1.5,s,screening,")
    rows = table(leakgate)
    assert len(rows) == 3
    assert (rows[0]["fd"], rows[0]["threads"], rows[0]["phase"], rows[0]["iteration"]) == (
        "5", "9", "idle", "6")
    assert rows[0]["cpu_seconds"] == "0.500"
    assert rows[0]["zombie"] == ""


def test_samples_of_every_attempt(leakgate):
    write_located(report_of(leakgate))
    journals.soak(samples=30).end().write(report_of(leakgate))
    rows = table(leakgate)
    counts = {}
    for row in rows:
        key = (row["scenario"], row["attempt"])
        counts[key] = counts.get(key, 0) + 1
    assert counts == {("external-editor", "screening"): 30, ("external-editor", "again"): 30,
                      ("external-editor", "locate"): 17, ("soak", "screening"): 30}


def test_no_cell_is_a_formula(leakgate):
    report = report_of(leakgate)
    report.mkdir()
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "a\"b,c", "::error::x"]
    for name in names:
        leaking(name).write(report)
    rows = table(leakgate)
    assert {row["scenario"] for row in rows} == {
        "'=1+1", "'+1", "'-1", "'@SUM(A1)", "a\"b,c", ": :error::x"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {len(row) for row in csv.reader(io.StringIO(made(leakgate, "csv")))} == {len(rows[0])}


# --- All of them ---

@pytest.mark.parametrize("name", ["annotations", "markdown", "junit", "csv"])
def test_names_that_are_no_utf_8(leakgate, name):
    directory = os.fsdecode(b"report\xff\xc3\x28</script>]]>")
    leaking("s").write(leakgate.directory / directory)
    journals.Journal("broken").failed().write(leakgate.directory / directory)
    text = made(leakgate, name, directory)
    assert text and not CONTROLS.search(text)
    if name == "junit":
        junit(leakgate, directory)


@pytest.mark.parametrize("name", ["annotations", "markdown", "junit", "csv"])
def test_the_same_bytes_every_time(leakgate, name):
    for attempt in (None, "again"):
        journals.leaking().write(report_of(leakgate), attempt)
    assert made(leakgate, name) == made(leakgate, name)


@pytest.mark.parametrize("name", FILES)
def test_an_older_result_is_removed_in_every_format(leakgate, source, name):
    """What cannot be removed would be taken for the new run's."""
    scenarios = leakgate.directory / "scenarios"
    scenarios.mkdir()
    (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
    (scenarios / "s.yaml").write_text(
        "version: 1\ntitle: s\ntarget: sidecar\nneeds: [no-such-tool]\niteration: [{press: x}]\n")
    (report_of(leakgate) / name).mkdir(parents=True)
    shown = leakgate("run", "s")
    assert shown.returncode == 2, shown.stdout + shown.stderr
    assert f"cannot remove the older leakgate-report/{name}" in shown.stderr
    (report_of(leakgate) / name).rmdir()
    assert leakgate("run", "s").returncode == 3
    assert {path.name for path in report_of(leakgate).iterdir()} == set(FILES)
