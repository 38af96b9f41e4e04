"""The report as a page: index.html, and `leakgate report --format html`.

What a reader sees is looked at as a browser has drawn it; what one does with it is in
test_page_browser.py.
"""

import base64
import collections
import hashlib
import json
import os
import re
import shlex
import subprocess

import journals
import pages
import pytest

html5lib = pytest.importorskip("html5lib", reason="the package python3-html5lib is not here")

SVG_AND_HTML = set("""
    html head meta title link style body header main section footer h1 h2 h3 p a b em br code pre small
    strong span div dl dt dd ul li table thead tbody tr th td details summary figure figcaption script
    button input select option svg g rect path polyline text title
""".split())


def parse(page):
    """The document, by a parser that takes no fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def name_of(element):
    return element.tag.rsplit("}", 1)[-1]


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def of_class(document, name):
    return [element for element in document.iter()
            if isinstance(element.tag, str) and name in element.get("class", "").split()]


@pytest.fixture(params=["ordinary", "hostile"])
def page(request, leakgate):
    getattr(pages, request.param)(leakgate.directory / "leakgate-report")
    return pages.make(leakgate)


@pytest.fixture
def drawn(page, chromium, tmp_path):
    return parse(pages.draw(chromium, page, tmp_path))


def test_any_parser_reads_it_without_a_fault(page, drawn):
    assert {name_of(element) for element in parse(page).iter() if isinstance(element.tag, str)} == set(
        "html head meta link title style body header h1 main p pre script".split())
    assert len(of_class(drawn, "scenario")) >= 4


def test_the_nu_html_checker_has_no_objection(page, tmp_path):
    jar = os.environ.get("LEAKGATE_VNU")
    if not jar:
        pytest.skip("LEAKGATE_VNU does not name a vnu.jar (npm: vnu-jar)")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    told = subprocess.run(["java", "-jar", jar, "--errors-only", str(tmp_path / "page.html")],
                          capture_output=True, text=True, check=False)
    assert told.stderr == "" and told.returncode == 0


def test_nothing_in_it_leads_out(page, drawn):
    for element in drawn.iter():
        for attribute in ("href", "src", "action", "data", "xlink:href"):
            address = element.get(attribute, "#")
            assert address[0] == "#" or address.startswith("./") or address == "data:,"
    assert "http:" not in re.sub(r'"http://www.w3.org/2000/svg"', "", page)
    assert [element.get("href") for element in parse(page).iter() if element.get("href")] == ["data:,"]


def test_names_make_no_elements_and_no_attributes(page, drawn):
    for document in (parse(page), drawn):
        elements = [element for element in document.iter() if isinstance(element.tag, str)]
        assert {name_of(element) for element in elements} <= SVG_AND_HTML
        assert not [name for element in elements for name in element.attrib
                    if name.startswith("on") or name == "srcdoc"]
        scripts = [element for element in elements if name_of(element) == "script"]
        assert [script.get("type") for script in scripts[:-1]] == ["application/json"] * (len(scripts) - 1)
        for script in scripts[:-1]:
            json.loads(script.text)
    assert not [element for element in parse(page).iter() if element.get("style")]


def test_addresses_within_it_are_there_and_only_once(drawn):
    ids = collections.Counter(element.get("id") for element in drawn.iter() if element.get("id"))
    assert set(ids.values()) == {1}
    links = [element.get("href")[1:] for element in drawn.iter()
             if element.get("href", "").startswith("#")]
    assert len(links) > 2 and set(links) <= set(ids)


def test_the_policy_allows_just_what_is_embedded(page):
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"

    def hash_of(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert rules["style-src"] == hash_of(re.search(r"<style>(.*?)</style>", page, re.S)[1])
    assert rules["script-src"] == hash_of(re.findall(r"<script>(.*?)</script>", page, re.S)[-1])
    assert page.count("<style>") == 1


def test_pictures_tables_and_boxes_are_named_for_those_who_do_not_see_them(drawn):
    for element in drawn.iter():
        if not isinstance(element.tag, str):
            continue
        if name_of(element) == "svg":
            assert element.get("aria-hidden") == "true" or len(element.get("aria-label")) > 5
        if name_of(element) == "th":
            assert element.get("scope") in ("row", "col")
        if "scroll" in element.get("class", "").split():
            assert element.get("tabindex") == "0" and element.get("aria-label")


def test_nothing_of_the_target_acts_or_is_lost(leakgate, chromium, tmp_path):
    pages.hostile(leakgate.directory / "leakgate-report")
    page = pages.make(leakgate)
    drawn = pages.draw(chromium, page, tmp_path)
    for evil in ("\x1b", "\x07", "\x00", "\u202e", "\u009b"):
        assert evil not in page and evil not in drawn
        assert f"\\u{ord(evil):04x}" not in page.lower()
    for shown in (text_of(parse(page).find(".//pre")), text_of(parse(drawn))):
        assert "</script><script>window.hacked=1</script>" in shown
        assert "]]>" in shown and "<!--" in shown
    assert "::error::" not in page


# --- What it says ---

@pytest.fixture
def ordinary(leakgate, chromium, tmp_path):
    pages.ordinary(leakgate.directory / "leakgate-report")
    return parse(pages.draw(chromium, pages.make(leakgate), tmp_path))


def test_what_leaks_where_and_since_which_step_comes_first(ordinary):
    first = text_of(next(ordinary.iter("summary")))
    assert first.startswith(
        "leak external-editor leaks open file descriptors: +1.00 per iteration, held by "
        "anon_inode:[eventpoll], each time with the step press E (scenarios/external-editor.yaml:14:5). "
        "From 5 to 47 in 42 iterations, and a fresh process showed the same")
    assert text_of(next(ordinary.iter("h1"))) == "failed 2 leaks, 1 failed, 2 passed"
    assert text_of(next(ordinary.iter("title"))) == "2 leaks, 1 failed, 2 passed · leakgate"


def test_one_entry_for_each_scenario_the_worst_first(ordinary):
    lines = [[text_of(part) for part in line] for line in of_class(ordinary, "entry")]
    assert [line[0] for line in lines] == ["leak", "leak", "failed", "pass", "pass"]
    assert [line[1].split()[0].rstrip(":") for line in lines] == ["external-editor", "ticks", "broken", "slow", "tab-cycle"]
    assert "+1.00 per iteration, in app.(*Plugin).poll" in lines[1][1]
    assert lines[4][1] == "tab-cycle A scenario"
    assert lines[0][2] != ""


def test_what_did_not_pass_comes_first_and_the_first_is_unfolded(ordinary):
    opened = [fold.get("open") is not None for fold in of_class(ordinary, "scenario")]
    assert opened == [True, False, False, False, False]


def section(document, name):
    [fold] = [fold for fold in of_class(document, "scenario")
              if text_of(next(next(fold.iter("h2")).iter("b"))) == name]
    return fold


def test_the_commands_stand_with_the_scenario(ordinary):
    commands = [text_of(pre) for pre in of_class(section(ordinary, "external-editor"), "command")]
    assert commands == [
        "leakgate run external-editor",
        "leakgate accept external-editor --from leakgate-report --holder 'fd anon_inode:[eventpoll]' "
        "--reason \"...\" --expires DATE"]
    assert shlex.split(commands[1])[5:7] == ["--holder", "fd anon_inode:[eventpoll]"]


def test_a_chart_says_in_words_what_it_draws(ordinary):
    labels = [svg.get("aria-label") for svg in section(ordinary, "external-editor").iter()
              if name_of(svg) == "svg" and svg.get("role") == "img"]
    assert ("fd: in the loop from 7 to 43, +1.00 per iteration; +0.00 allowed; "
            "floors 7, 13, 19, 25, 31, 37, 43") in labels
    assert any(label.startswith("fd held by: in the loop from 4 to 40") for label in labels)
    assert any(label.startswith("goroutine: in the loop from 26 to 26") for label in labels)


def test_a_chart_has_every_sample_its_floors_and_what_may_grow(ordinary):
    chart = of_class(section(ordinary, "external-editor"), "chart")[0]
    [line] = [element for element in chart.iter() if element.get("class") == "line"]
    assert len(line.get("points").split()) == 6 + 21 + 3
    kinds = {element.get("class") for element in chart.iter() if element.get("class")}
    assert {"band idle", "band loop", "band drain", "floor", "allowed", "limit"} <= kinds
    [floors] = [element for element in chart.iter() if element.get("class") == "floor"]
    assert floors.get("d").count("M") == 7


def test_the_allowance_of_the_baseline_is_drawn(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    journal = journals.leaking()
    journal.records[0]["baseline"] = {
        "version": 1, "plan": "0123456789abcdef", "go": "go1.26.8", "platform": "linux/amd64",
        "gauges": {"fd": {"level": 5}}, "exceptions": [
            {"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1.5, "reason": "<known>",
             "expires": "2099-12-31"}]}
    journal.write(report)
    page = parse(pages.draw(chromium, pages.make(leakgate), tmp_path))
    labels = [svg.get("aria-label") or "" for svg in page.iter()]
    assert any("+1.00 per iteration; +1.50 allowed" in label for label in labels)
    assert [element for element in page.iter() if element.get("class") == "level"]
    assert "<known>" in text_of(page)
    [entry] = of_class(page, "entry")
    assert "accepted: fd anon_inode:[eventpoll] until 2099-12-31" in text_of(entry)


def test_stacks_as_an_icicle(ordinary):
    [icicle] = of_class(section(ordinary, "ticks"), "icicle")[:1]
    titles = [text_of(element) for element in icicle.iter() if name_of(element) == "title"]
    assert titles == ["tea.Tick.func: +1.00"]
    # What comes with it is drawn as what leaks.
    memory = of_class(section(ordinary, "ticks"), "icicle")[1]
    assert text_of(next(memory.iter("figcaption"))).startswith("Memory that leaks, by the stack that allocated")
    assert [text_of(element) for element in memory.iter() if name_of(element) == "title"] == [
        "app.(*Plugin).poll: +112 B", "tea.Tick: +112 B", "time.NewTimer: +112 B", "time.newTimer: +112 B"]
    assert "timers made by app.(*Plugin).poll (+1.0 per iteration)" in text_of(section(ordinary, "ticks"))


def test_a_failure_shows_the_screen_and_the_last_words(ordinary):
    failed = section(ordinary, "broken")
    screens = [text_of(pre) for pre in of_class(failed, "screen")]
    assert any("Sidecar" in screen and "日本語" in screen for screen in screens)
    assert "panic: " in text_of(failed)
    assert "scenarios/broken.yaml:14:5" in text_of(failed)


def test_attempts_and_what_would_have_been_caught(ordinary):
    shown = text_of(section(ordinary, "external-editor"))
    for attempt in ("screening", "again", "locate"):
        assert f"external-editor/{attempt if attempt != 'screening' else ''}" in shown
    assert "would have caught: fd 0.14" in shown


def test_the_terminals_text_is_in_it_as_well(ordinary):
    [text] = [pre for pre in ordinary.iter("pre") if pre.get("id") == "text"]
    assert "external-editor LEAK fd +1.00 per iteration (5 -> 47 in 42 iterations)" in text_of(text)
    assert "leakgate run broken external-editor ticks" in text_of(text)


# --- The recording ---

def film_of(page, name):
    number = pages.scenario_of(page, name)["number"]
    return json.loads(re.search(rf'id="film{number}">(.*?)</script>', page, re.S)[1])


def test_the_recording_is_in_it_as_pictures(leakgate, chromium, tmp_path):
    pages.ordinary(leakgate.directory / "leakgate-report")
    page = pages.make(leakgate)
    film = film_of(page, "external-editor")
    assert film["labels"] == ["press j", "press E"]
    first = {row: film["lines"][line] for row, line in zip(*[iter(film["frames"][0][1])] * 2)}
    assert first[0] == [0, "iteration 1 ", 1, "red"]
    assert film["styles"][1] == [1, -1, 1]
    drawn = parse(pages.draw(chromium, page, tmp_path))
    assert "The whole recording, 4.9 s" in text_of(section(drawn, "external-editor"))
    assert "asciinema play -i 1 external-editor/recording.cast" in text_of(drawn)
    # The last of its fullest screens stands there before it is played.
    [screen] = of_class(section(drawn, "external-editor"), "screen")
    assert text_of(screen) == "iteration 10 red editor"


@pytest.mark.parametrize("kind, said, seen", [
    ("leak", "from 0 ms to", "picture 0 "), ("failed", "to 3 min 19 s of 3 min 19 s", "picture 1999 ")])
def test_a_part_of_a_recording_says_that_it_is_one(leakgate, chromium, tmp_path, kind, said, seen):
    """Of what failed the end, of all else the beginning."""
    report = leakgate.directory / "leakgate-report"
    journal = journals.leaking("s") if kind == "leak" else journals.Journal("s").failed()
    journal.write(report)
    lines = [[0.1 * i, "o", "\x1b[H" + f"picture {i} " * 70] for i in range(2000)]
    pages.write_recording(report / "s", lines, width=1000, height=3)
    page = pages.make(leakgate)
    shown = text_of(section(parse(pages.draw(chromium, page, tmp_path)), "s"))
    assert "A part of the recording" in shown and said in shown
    film = film_of(page, "s")
    assert 10 < len(film["frames"]) < 1999
    assert any(seen in line[1] for line in film["lines"])
    assert len(page) < 700_000


def test_recordings_that_are_none(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    names = ["text", "pipe", "empty", "huge-screen", "link"]
    for name in names:
        journals.clean(name).write(report)
    (report / "text/recording.cast").write_text("nonsense\n")
    (report / "empty/recording.cast").write_text("")
    (report / "huge-screen/recording.cast").write_text('{"version":2,"width":99999,"height":99999}\n')
    os.mkfifo(report / "pipe/recording.cast")
    (report / "link/recording.cast").symlink_to("/dev/zero")
    document = parse(pages.draw(chromium, pages.make(leakgate), tmp_path))
    for name in names:
        assert "It cannot be shown here: " in text_of(section(document, name))


# --- Its size ---

def test_a_page_that_would_be_too_large_says_what_is_left_out(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    for number in range(16):
        journal = journals.leaking if number == 15 else pages.wordy
        journal(f"s{number}").write(report)
    page = pages.make(leakgate)
    assert len(page.encode()) < 6.2 * 1024 * 1024
    pages.draw(chromium, page, tmp_path)
    said = chromium.run("[...document.querySelectorAll('.note')].map((note) => note.textContent)")
    assert 0 < sum("Left out: the page would be larger than 6 MiB" in note for note in said) < 16
    assert any("20 more are left out here; result.json has all of them" in note for note in said)
    # All of them have an entry all the same, and their addresses lead somewhere.
    assert len(chromium.run("[...document.querySelectorAll('.scenario > .entry h2')].map((head) => head.textContent)")) == 16
    assert chromium.run("[...Array(16).keys()].every((i) => document.getElementById(`s${i + 1}`))")


def test_no_scenario(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    journals.clean().write(report)
    stored = json.loads(leakgate("report", "--json").stdout)
    stored["scenarios"] = []
    (report / "result.json").write_text(json.dumps(stored))
    assert "No scenario" in text_of(parse(pages.draw(chromium, pages.make(leakgate), tmp_path)))


def test_the_same_bytes_every_time(leakgate):
    pages.ordinary(leakgate.directory / "leakgate-report")
    assert pages.make(leakgate) == pages.make(leakgate)
