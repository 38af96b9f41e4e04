"""The pages of what triage, watch, diff and trend found (--html FILE): as strict as the page of a run, in one file."""

import json
import re

import journals
import pages
import pytest
from standin import BINARY, Standin, until
from test_page import SVG_AND_HTML, name_of, of_class, parse, text_of

TARGET = pages.SOURCE / "tests" / "standin" / "standin.yaml"  # has what is healthy of Sidecar


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A stand-in that is sick, in a home whose name is hostile."""
    if not BINARY.exists():
        pytest.skip("there is no stand-in (ci/build-standin)")
    started = Standin(tmp_path_factory.mktemp("home") / pages.EVIL, "blocked@tick:200,open-often@tick:5",
                      GODEBUG="memprofilerate=512")
    until(lambda: started.held("often.txt") == 5 and started.goroutines() > 200)
    yield started
    started.close()


def triage(leakgate, target):
    shown = leakgate("triage", target.pid, "--target", TARGET, "--scenarios", pages.SOURCE / "scenarios", "--html", "page.html")
    assert shown.returncode == 1 and shown.stderr.endswith("Page: page.html\n"), shown.stderr
    return shown.stdout


def diff_of_profiles(leakgate, target):
    for name in ("before", "after"):
        (leakgate.directory / name).write_bytes(target.pprof("heap?gc=1"))
    return diff(leakgate, "before", "after")


def diff_of_a_report(leakgate, _):
    report = pages.hostile(leakgate.directory / "leakgate-report")
    return diff(leakgate, report / "leak<b>\"'&" / "journal.jsonl")


def diff(leakgate, *operands):
    shown = leakgate("diff", *operands, "--html", "page.html")
    assert shown.returncode == 0 and shown.stderr == "Page: page.html\n"
    return shown.stdout


def nights(leakgate, levels, name="s"):
    """A report a night, in which so many descriptors are open at rest, one more in each iteration of the last."""
    for day, level in enumerate(levels, 1):
        journal = journals.Journal(name, date=f"2026-11-{day:02}T21:00:00Z")
        journal.measured(lambda i, level=level, last=day == len(levels): {"pipe": level + (i if last else 0)}).end()
        report = leakgate.directory / "nightly" / f"report-{30 - day}"
        journal.write(report)
        if day == 1:  # the others were cut off before they had a result
            told = json.loads(leakgate("report", "--from", report, "--json").stdout)
            (report / "result.json").write_text(json.dumps({**told, "date": "2026-11-01T21:00:00Z"}))


def trend(leakgate, _=None, name=pages.EVIL.replace("/", "")):
    nights(leakgate, [5, 5, 9], name)
    shown = leakgate("trend", "nightly", "--html", "page.html")
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def watch(leakgate, target):
    shown = leakgate("watch", target.pid, "--every", "100ms", "--for", "3s", "--csv", "rows.csv", "--html", "page.html")
    assert shown.returncode in (0, 1, 4), shown.stderr
    return shown.stdout


FOUND = {"triage": triage, "profiles": diff_of_profiles, "report": diff_of_a_report, "trend": trend, "watch": watch}


@pytest.fixture(params=FOUND)
def page(request, leakgate, target):
    said = FOUND[request.param](leakgate, target)
    made = (leakgate.directory / "page.html").read_text("utf-8")
    # Who has no script reads what the terminal says.
    assert text_of(parse(made).find(".//pre"))[:40] == " ".join(said.split())[:40]
    return made


def test_it_is_as_strict_as_the_page_of_a_run(page, chromium, tmp_path):
    drawn = parse(pages.draw(chromium, page, tmp_path))
    assert len(of_class(drawn, "scenario")) >= 1
    for document in (parse(page), drawn):
        elements = [element for element in document.iter() if isinstance(element.tag, str)]
        assert {name_of(element) for element in elements} <= SVG_AND_HTML | {"circle"}
        assert not [name for element in elements for name in element.attrib if name.startswith("on")]
        for element in elements:
            assert element.get("href", "#").startswith(("#", "data:,"))
    assert "default-src 'none'" in page and page.count("<style>") == 1
    assert "http:" not in re.sub(r'"http://www.w3.org/2000/svg"|http://127.0.0.1', "", page)
    assert chromium.requests == [f"file://{tmp_path}/index.html"]
    assert chromium.run("window.hacked === undefined && document.images.length === 0")
    for evil in ("\x1b", "::error::", "\\u001b"):
        assert evil not in page
    assert len(page) < 1_000_000


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_scrolls_it_nowhere_sideways(page, chromium, tmp_path, dark):
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    chromium.open(f"file://{tmp_path}/index.html", width=390, height=740, dark=dark)
    chromium.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert chromium.run("document.documentElement.scrollWidth") <= 390
    assert chromium.complaints == []


ROWS = "[...document.querySelectorAll('.rows tbody tr')].filter((row) => !row.hidden).map((row) => row.innerText)"


def test_what_triage_found_is_clicked_through(leakgate, target, chromium, tmp_path):
    triage(leakgate, target)
    chromium.open(f"file://{tmp_path}/page.html")
    assert "RED" in chromium.run("document.querySelector('h1').innerText")
    flags = chromium.run("document.querySelector('#p1 table').innerText")
    assert "goroutines_alike" in flags and "same_file" in flags and "often.txt" in flags
    # By keyboard: past what comes first, and the search leaves the rows that fit.
    chromium.press("Tab")
    assert chromium.run("document.activeElement.innerText") == "To: What was seen"
    chromium.press("Enter", text="\r")
    assert chromium.run("document.activeElement.id") == "scenarios"
    chromium.press("/", code="Slash", text="/")
    for letter in "OFTEN":
        chromium.press(letter, text=letter)
    rows = chromium.run(ROWS)
    assert 2 <= len(rows) < 6 and all("often" in row for row in rows)
    # A cell of the flame graph that is chosen is as wide as the picture.
    heap = "[...document.querySelectorAll('.icicle')].find((figure) => figure.textContent.includes('KiB'))"
    narrow = f"[...{heap}.querySelectorAll('g')].find((cell) => cell.querySelector('rect').width.baseVal.value < 480)"
    name = chromium.run(f"{narrow}.querySelector('title').textContent")
    chromium.run(f"{narrow}.dispatchEvent(new Event('click'))")
    assert chromium.run(f"[...{heap}.querySelectorAll('g')].filter((cell) => cell.querySelector('rect').width.baseVal.value === 960)"
                        ".map((cell) => cell.querySelector('title').textContent)").count(name) == 1
    copied = chromium.run("""(async () => {
        let copied;
        navigator.clipboard.writeText = async (text) => { copied = text; };
        document.querySelector('#p1 td button').click();
        await null;
        return copied;
    })()""")
    assert "leakHeldGoroutine" in copied or "often.txt" in copied
    chromium.open(f"file://{tmp_path}/page.html#p4")
    assert chromium.run("document.getElementById('p4').closest('details').open")


PICTURE = """[...document.querySelectorAll('.heap [role=tabpanel]')].filter((panel) => !panel.hidden).flatMap(
    (panel) => [...panel.querySelectorAll('g')]).map((cell) => [cell.querySelector('title').textContent, cell.getAttribute('class')])"""


def test_what_grew_between_two_moments_is_a_picture(leakgate, chromium, tmp_path):
    journals.ticking().write(leakgate.directory / "leakgate-report")
    diff(leakgate, "leakgate-report")
    chromium.open(f"file://{tmp_path}/page.html")
    grown = chromium.run(PICTURE)
    assert ["app.(*Plugin).poll: 112 B → 4.7 KiB, +4.6 KiB", "more much"] in grown
    assert chromium.run("[...document.querySelectorAll('.heap [role=tab]')].slice(0, 3).map((tab) => tab.innerText)") == [
        "What grew", "After", "Before"]
    chromium.run("document.querySelectorAll('.heap [role=tab]')[2].click()")
    assert sorted(chromium.run(PICTURE)) == sorted(grown)
    rows = chromium.run(ROWS)
    assert any(row.startswith("goroutine\t1\t43") for row in rows), rows
    assert chromium.complaints == []


def test_the_nights_are_a_chart_for_each_gauge(leakgate, chromium, tmp_path):
    said = trend(leakgate, name="tab-cycle")
    assert "tab-cycle: pass 2 times, leak" in said
    assert re.search(r"^fd +▁▁█ +5 +9 +\+4\.00$", said, re.M), said
    assert said.index("2026-11-01T21:00:00Z  nightly/report-29") < said.index("2026-11-03T21:00:00Z  nightly/report-27")
    chromium.open(f"file://{tmp_path}/page.html")
    assert chromium.run("document.querySelector('h1').innerText") == "3 reports, 2026-11-01 to 2026-11-03"
    chart = "[...document.querySelectorAll('.chart')].find((chart) => chart.querySelector('b').innerText === 'fd')"
    assert len(chromium.run(f"{chart}.querySelector('.line').getAttribute('points')").split()) == 3
    assert chromium.run(f"[...{chart}.querySelectorAll('.mark title')].map((title) => title.textContent)") == [
        "leak: 2026-11-03T21:00:00Z · nightly/report-27"]
    assert chromium.run(f"[...{chart}.querySelectorAll('.tick')].map((text) => text.textContent)") == [
        "✗", "11-01", "11-02", "11-03"]


def test_a_watch_is_one_chart_with_its_flags_and_restarts(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    for name, hour in (("app", 12), ("app-2", 13)):
        journal = journals.soak(name, samples=21, every=60, fds=lambda i: {"pipe": 20 + i}, watch="leakgate watch app",
                                date=f"2026-11-23T{hour}:00:00Z")
        journal.add("flag", gauge="goroutine", at=670, most=20, text="goroutines 26")
        journal.add("flag", gauge="fd", at=670, most=30, text="fds 31, healthy is 30 or fewer: <b>Many</b>.")
        journal.end().write(report)
    (report / "index.html").write_text(pages.make(leakgate), encoding="utf-8")
    chromium.open(f"file://{report}/index.html")
    chart = "[...document.querySelectorAll('#p2 .chart')].find((chart) => chart.querySelector('b').innerText === 'fd')"
    assert chromium.run(f"[...{chart}.querySelectorAll('.mark title')].map((title) => title.textContent)") == [
        "2026-11-23T13:00:00Z: started again",
        "2026-11-23T12:11:10.000Z: fds 31, healthy is 30 or fewer: <b>Many</b>.",
        "2026-11-23T13:11:10.000Z: fds 31, healthy is 30 or fewer: <b>Many</b>."]
    assert len(chromium.run(f"{chart}.querySelector('.line').getAttribute('points')").split()) == 42
    assert chromium.run(f"{chart}.querySelectorAll('.level').length") == 1
    assert "13:00:00Z: started again" in chromium.run(f"{chart}.querySelector('svg').getAttribute('aria-label')")
    # The second series begins an hour after the first, which took 20 minutes.
    ticks = chromium.run(f"[...{chart}.querySelectorAll('.tick')].map((text) => text.textContent)")
    assert ticks[-1] == "80 min", ticks
    assert chromium.run(ROWS)[1].startswith("2026-11-23T12:11:10.000Z\tapp\tfd\t30\tfds 31")
    # What was out of range is drawn first.
    assert chromium.run("[...document.querySelectorAll('#p2 .wide .chart b')].map((name) => name.innerText)") == ["fd", "goroutine"]
    # The verdicts come first.
    assert chromium.run("document.querySelector('.scenario h2').innerText").startswith("app")
    assert chromium.complaints == []


def test_the_trend_as_json(leakgate):
    nights(leakgate, [5, 6])
    shown = json.loads(leakgate("trend", "nightly/report-29", "nightly", "--json").stdout)
    assert [report["date"] for report in shown["reports"]] == ["2026-11-01T21:00:00Z", "2026-11-02T21:00:00Z"]
    [scenario] = shown["scenarios"]
    assert scenario["outcomes"] == ["pass", "leak"]
    assert {"gauge": "fd", "first": 5, "last": 6, "levels": [5, 6]} in scenario["gauges"]


def test_what_a_report_says_is_data(leakgate):
    nights(leakgate, [5])
    file = leakgate.directory / "nightly" / "report-29" / "result.json"
    told = json.loads(file.read_text("utf-8"))
    told["scenarios"][0].update(name="\x1b]0;t\x07", verdict="::error::x\u202e")
    file.write_text(json.dumps({**told, "date": "\x1b[31m"}))
    shown = leakgate("trend", "nightly").stdout
    assert "1 report:" in shown and not set(shown) & {"\x1b", "\x07", "\u202e"} and "::error::" not in shown


def test_a_scenario_that_was_not_run_every_night(leakgate, chromium, tmp_path):
    nights(leakgate, [5, 5])
    journals.clean("late").write(leakgate.directory / "nightly" / "report-1")
    shown = leakgate("trend", "nightly", "--html", "page.html")
    assert "s: pass, leak, not run\n" in shown.stdout and "late: not run 2 times, pass\n" in shown.stdout
    chromium.open(f"file://{tmp_path}/page.html")
    assert chromium.complaints == []
    assert chromium.run("[...document.querySelectorAll('.filter button')].map((button) => button.innerText)") == []


@pytest.mark.parametrize("words, says", [
    ([], "trend takes the reports"), (["nowhere"], "nowhere is not a report"), (["empty"], "none in it: neither"),
    (["file"], "file is a file"), (["damaged"], "damaged/result.json"), (["other"], "not a result of a version"),
 (["nightly", "--html", "no/x.html"], "--html no/x.html: ")])
def test_what_is_no_report_has_no_trend(leakgate, words, says):
    nights(leakgate, [5])
    for name in ("empty", "damaged", "other"):
        (leakgate.directory / name).mkdir()
    (leakgate.directory / "file").write_text("")
    (leakgate.directory / "damaged" / "result.json").write_text("{")
    (leakgate.directory / "other" / "result.json").write_text('{"version": 99}')
    shown = leakgate("trend", *words)
    assert shown.returncode == 2 and shown.stdout == ""
    assert says in shown.stderr and shown.stderr.count("\n") == 1


def test_of_a_watch_no_text_speaks_of_a_forced_collection(leakgate, target):
    watch(leakgate, target)
    gauges = pages.data_of((leakgate.directory / "page.html").read_text("utf-8"))[0]["gauges"]
    assert [name for name, gauge in gauges.items() if "forced collection" in gauge["text"]] == ["fd_before_gc"]


@pytest.mark.parametrize("command", ["triage", "watch"])
@pytest.mark.parametrize("file", ["missing/page.html", "."])
def test_a_page_that_cannot_be_written_is_said_first(leakgate, target, command, file):
    shown = leakgate(command, target.pid, "--html", file)
    assert shown.returncode == 2 and shown.stdout == ""
    assert shown.stderr.startswith(f"leakgate: --html {file}: ")
