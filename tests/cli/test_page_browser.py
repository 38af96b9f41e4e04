"""The page in a real browser: what it complains of, asks for and shows. Skipped where there is none."""

import journals
import pages
import pytest


@pytest.fixture
def address(leakgate):
    """The address of the page of a report, made by the name of its maker in pages.py."""
    def make(kind):
        report = leakgate.directory / "leakgate-report"
        getattr(pages, kind)(report)
        (report / "index.html").write_text(pages.make(leakgate), encoding="utf-8")
        return f"file://{report}/index.html"
    return make


UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
SEEN = "(element) => element.getClientRects().length > 0 && element.innerText.trim() !== ''"


@pytest.mark.parametrize("kind", ["ordinary", "hostile"])
def test_no_complaint_no_request_and_nothing_acts(chromium, address, kind):
    page = address(kind)
    chromium.open(page)
    chromium.run(UNFOLD)
    chromium.run("document.querySelectorAll('.player button').forEach((button) => button.click())")
    chromium.run("document.querySelectorAll('.steps button, [role=tab]').forEach((button) => button.click())")
    chromium.run("new Promise((done) => setTimeout(done, 0))")
    assert chromium.run("document.querySelectorAll('.steps button').length") > 0
    assert chromium.complaints == []
    assert chromium.requests == [page]
    assert chromium.run("window.hacked === undefined && document.images.length === 0")


def test_the_policy_stops_what_was_not_embedded(chromium, address):
    chromium.open(address("ordinary"))
    chromium.run("""
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<b id="b" style="color: red">b</b>');
        fetch('index.html').catch(() => {});
    """)
    assert chromium.run("window.hacked === undefined")
    assert chromium.run("getComputedStyle(document.getElementById('b')).color") != "rgb(255, 0, 0)"
    chromium.run("new Promise((done) => setTimeout(done, 0))")
    assert "Content Security Policy" in str(chromium.complaints)


@pytest.mark.parametrize("kind", ["ordinary", "hostile"])
@pytest.mark.parametrize("script", [True, False])
def test_a_phone_scrolls_no_page_sideways(chromium, address, kind, script):
    chromium.open(address(kind), width=360, height=740, script=script)
    chromium.run(UNFOLD)
    assert chromium.run("innerWidth") == 360
    assert chromium.run("document.documentElement.scrollWidth") <= 360
    # What is wide has a box of its own to be moved in.
    assert chromium.run(f"[...document.querySelectorAll('{'.scroll' if script else 'pre'}')].some("
                        "(box) => box.scrollWidth > box.clientWidth)")


def test_without_script_the_report_stands_there_as_text(chromium, address):
    chromium.open(address("ordinary"), script=False)
    text = chromium.run("document.querySelector('pre').innerText")
    for said in ("external-editor  LEAK    fd +1.00 per iteration (5 -> 47 in 42 iterations)",
                 "broken           failed", "ticks            LEAK", "leakgate accept ticks"):
        assert said in text
    assert "2 leaks, 1 failed, 2 passed" in chromium.run("document.querySelector('h1').innerText")
    assert chromium.run("document.querySelector('details')") is None


def luminance(colour):
    """Relative luminance of "rgb(r, g, b)", by the definition of WCAG 2."""
    def linear(channel):
        channel /= 255
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(int(part)) for part in colour[4:-1].split(","))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read_in_light_and_in_dark(chromium, address, dark):
    chromium.open(address("ordinary"), dark=dark)
    ground = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.1) == dark
    for part in ("body", ".about", "a", ".legend", ".kind.fails", "figcaption small"):
        ink = chromium.run(f"getComputedStyle(document.querySelector('{part}')).color")
        assert contrast(ink, ground) >= 4.5, part
    for verdict in ("leak", "pass"):
        colours = chromium.run(f"(({{ color, backgroundColor }}) => [color, backgroundColor])("
                               f"getComputedStyle(document.querySelector('.verdict.{verdict}')))")
        assert contrast(*colours) >= 4.5, verdict
    for line in (".line", ".floor", ".limit"):
        ink = chromium.run(f"getComputedStyle(document.querySelector('.chart {line}')).stroke")
        assert contrast(ink, ground) >= 3, line


def test_by_keyboard(chromium, address):
    chromium.open(address("ordinary"))
    chromium.press("Tab")
    assert chromium.run("document.activeElement.className") == "skip"
    assert chromium.run("document.activeElement.getBoundingClientRect().left") >= 0
    assert chromium.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chromium.press("Enter", text="\r")
    assert chromium.run("document.activeElement.id") == "scenarios"
    # A fold opens by Enter, and what does not fit can be reached and moved.
    chromium.run("document.querySelector('details.pass summary').focus()")
    chromium.press("Enter", text="\r")
    assert chromium.run("document.querySelector('details.pass').open")


def test_a_link_opens_the_part_that_it_leads_to(chromium, address):
    page = address("ordinary")
    chromium.open(page)
    chromium.run("location.hash = '#s3'")
    chromium.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert chromium.run("document.getElementById('s3').closest('details').open")
    # Also from outside, and to a finding.
    chromium.open(page + "#s5")
    assert chromium.run("document.getElementById('s5').closest('details').open")
    chromium.open(page + "#s2f1")
    assert chromium.run("document.querySelector(':target').innerText").startswith("growth")


PANEL = "[...document.querySelectorAll('#s2 [role=tabpanel], #s1 [role=tabpanel]')].find((panel) => panel.getClientRects().length > 0)"


def test_each_attempt_has_its_curves_and_findings(chromium, address):
    chromium.open(address("ordinary"))
    assert chromium.run("[...document.querySelectorAll('[role=tab]')].map((tab) => tab.innerText)") == [
        "screening leak", "again leak", "locate"]
    assert "The run that all scenarios have" in chromium.run(f"{PANEL}.innerText")
    chromium.run("document.querySelectorAll('[role=tab]')[1].click()")
    assert "It showed: fd +1.00 per iteration" in chromium.run(f"{PANEL}.innerText")
    assert chromium.run(f"{PANEL}.querySelectorAll('tbody tr').length") == 1
    assert chromium.run(f"{PANEL}.querySelectorAll('.floor').length") > 0
    # By keyboard; of a locating run a sample after each step, in order, stands between two iterations.
    chromium.run("document.querySelectorAll('[role=tab]')[1].focus()")
    chromium.press("ArrowRight")
    assert chromium.run("document.activeElement.innerText") == "locate"
    assert "A sample after every step" in chromium.run(f"{PANEL}.innerText")
    found = [float(point.split(",")[0]) for point in
             chromium.run(f"{PANEL}.querySelector('polyline').getAttribute('points')").split()]
    assert len(found) == 17 and found == sorted(set(found))
    chromium.press("ArrowRight")
    assert chromium.run("document.activeElement.getAttribute('aria-selected')") == "true"
    assert "The run that all scenarios have" in chromium.run(f"{PANEL}.innerText")


# A fold, by the beginning of its title; what is in it may be made only then.
OPEN = """new Promise((done) => {
    const fold = [...document.querySelectorAll('summary')].find((summary) => summary.textContent.startsWith('%s')).parentElement;
    fold.addEventListener('toggle', () => setTimeout(() => done(0), 0));
    fold.open = true;
})"""


def test_open_descriptors_by_kind_at_the_end(chromium, address):
    chromium.open(address("ordinary"))
    rows = """(number) => [...document.querySelectorAll(`#s${number} .descriptors tbody tr`)].map(
        (row) => [...row.cells].map((cell) => cell.textContent))"""
    assert chromium.run(f"({rows})(2)") == [["anon_inode:[eventpoll]", "2", "44", "+42"], ["pipe", "3", "3", "–"]]
    # Also where nothing grew.
    chromium.run("document.querySelectorAll('summary').forEach((summary) => summary.innerText.startsWith("
                 "'Open descriptors') && summary.click())")
    assert chromium.run(f"({rows})(4)") == [["pipe", "3", "3", "–"], ["/dev/null", "1", "1", "–"]]


def test_the_heap_by_stack_first_against_last(draw, chromium):
    draw(lambda scenario: scenario.update(heap={
        "names": ["a/b.leaf", "a/b.keep", "main.main", "c.gone"], "left_out": 3, "left_out_before": 10, "left_out_after": 2048,
        "unit": "bytes", "views": [["At the end", "after"], ["Before the loop", "before"], ["What grew", "grown"]],
        "stacks": [[[0, 1, 2], 1024, 3072], [[3, 2], 1024, 0], [[2], 1024, 1024]]}))
    chromium.run(OPEN % "The heap by stack")
    shown = """[...document.querySelectorAll('.heap [role=tabpanel]')].filter((panel) => !panel.hidden).flatMap(
        (panel) => [...panel.querySelectorAll('g')]).map((cell) => [cell.querySelector('title').textContent,
        cell.getAttribute('class'), cell.querySelector('rect').width.baseVal.value])"""
    assert chromium.run(shown) == [
        ["main.main: 3.0 KiB → 4.0 KiB, +1.0 KiB", "more", 960],
        ["a/b.keep: 1.0 KiB → 3.0 KiB, +2.0 KiB", "more much", 720],
        ["a/b.leaf: 1.0 KiB → 3.0 KiB, +2.0 KiB", "more much", 720]]
    assert "3 smaller stacks are left out: 10 B before, 2.0 KiB after" in chromium.run(
        "document.querySelector('.heap').innerText")
    # A click shows one alone, below what leads to it, and the button all of it again.
    chromium.run("document.querySelectorAll('.heap g')[1].dispatchEvent(new Event('click'))")
    assert [width for _, _, width in chromium.run(shown)] == [960, 960, 960]
    chromium.run("[...document.querySelectorAll('.heap button')].find((button) => button.innerText === 'Show all of it').click()")
    assert [width for _, _, width in chromium.run(shown)] == [960, 720, 720]
    # By keyboard: down to the one below, Enter, Escape.
    chromium.run("document.querySelector('.heap g').focus()")
    for key, widths in (("ArrowDown", [960, 720, 720]), ("Enter", [960, 960, 960]), ("ArrowUp", [960, 960, 960]),
                        ("Escape", [960, 720, 720])):
        chromium.press(key)
        assert [width for _, _, width in chromium.run(shown)] == widths
    assert chromium.run("document.activeElement.getAttribute('aria-label')").startswith("main.main: ")
    # Before the loop, by its own widths, with what is gone by now.
    chromium.run("[...document.querySelectorAll('.heap [role=tab]')][1].click()")
    assert ["c.gone: 1.0 KiB → 0 B, -1.0 KiB", "less much", 320] in chromium.run(shown)
    # What grew, and nothing else.
    chromium.run("[...document.querySelectorAll('.heap [role=tab]')][2].click()")
    assert [text.split(":")[0] for text, _, _ in chromium.run(shown)] == ["main.main", "a/b.keep", "a/b.leaf"]


def test_the_heap_of_a_run(leakgate):
    report = leakgate.directory / "leakgate-report"
    journals.ticking().write(report)
    [heap] = [scenario["heap"] for scenario in pages.data_of(pages.make(leakgate))[1]]
    assert heap["stacks"] == [[[0, 1, 2, 3], 112, 112 * 43]]
    assert heap["names"] == ["time.newTimer", "time.NewTimer", "tea.Tick", "app.(*Plugin).poll"]


def test_the_line_of_the_source_is_linked_and_shown_in_its_place(leakgate, chromium, tmp_path):
    journals.sourced().write(leakgate.directory / "leakgate-report")
    journals.checkout(leakgate.directory)
    page = pages.draw(chromium, pages.make(leakgate), tmp_path)
    place = "internal/app/update.go:12"
    links = chromium.run(f"[...document.querySelectorAll('a')].filter((link) => link.textContent === '{place}').map("
                         "(link) => link.href)")
    assert links and set(links) == {f"https://github.com/o/r/blob/{'0123abcd' * 5}/internal/app/update.go#L12"}
    assert chromium.run("[...document.querySelectorAll('.source')].map(({ innerText }) => innerText)") == [
        f"app.(*Plugin).poll {place}\n" +
        "".join(f"{i:4}      line{i}(\"</script><b>\")\n" for i in range(9, 14))]
    assert chromium.run("document.querySelector('.source mark').textContent").split()[0] == "12"
    assert "<b>\"" not in page.replace("&lt;b&gt;", "")


def test_the_recording_plays(chromium, address):
    chromium.open(address("ordinary"))
    chromium.run("document.querySelector('.player').closest('details').open = true")
    player = "document.querySelector('.player')"
    [play, before, after] = [f"{player}.querySelectorAll('button')[{i}]" for i in range(3)]
    text = f"{player}.querySelector('pre').innerText"
    chromium.run(f"{after}.click()")
    assert "iteration 1 red" in chromium.run(text)
    for _ in range(2):
        chromium.run(f"{after}.click()")
    assert "step: press" in chromium.run(f"{player}.querySelector('.where').innerText")
    assert "iteration 2 red" in chromium.run(text)
    assert chromium.run(f"[...{player}.querySelectorAll('pre span span')].find("
                        "(span) => span.textContent === 'red').className") == "bold"
    chromium.run(f"{before}.click(); {before}.click()")
    assert "iteration 1 red" in chromium.run(text)
    # To its end, as fast as it goes: it stops there by itself.
    chromium.run(f"{player}.querySelector('select').value = 8; {play}.click()")
    chromium.run(f"new Promise((done) => new MutationObserver(() => {{ if ({play}.textContent === 'Play') "
                 f"done(); }}).observe({play}, {{ childList: true }}))")
    assert "iteration 10 red" in chromium.run(text)


def test_each_step_has_its_screens_and_what_was_sampled_there(chromium, address):
    chromium.open(address("ordinary"))
    chromium.run("document.querySelector('#s2 .recording').open = true")
    chromium.run(OPEN % "Steps, each with")
    rows = chromium.run("[...document.querySelectorAll('#s2 .steps tbody tr')].map((row) => "
                        "[...row.cells].slice(1).map((cell) => cell.innerText.trim()))")
    assert len(rows) == 20
    assert rows[11:15] == [["6", "press E", "", "", ""], ["7", "press j", "2", "", ""], ["7", "press E", "3 +1", "", ""],
                           ["8", "press j", "3", "", ""]]
    # The first of which something is known is chosen; the recording is there, too.
    chosen = "document.querySelector('#s2 .steps [aria-pressed=true]')"
    assert chromium.run(f"{chosen}.closest('tr').rowIndex") == 13
    screens = "[...document.querySelectorAll('#s2 .screens pre')].map((screen) => screen.innerText.replace(/\\s+/g, ' ').trim())"
    assert chromium.run(screens) == ["iteration 6 red editor", "iteration 7 red"]
    chromium.run(f"{chosen}.focus()")
    chromium.press("ArrowDown")
    assert chromium.run(screens) == ["iteration 7 red", "iteration 7 red editor"]
    assert chromium.run("[...document.querySelectorAll('#s2 .screens .changed')].map((row) => row.innerText.trim())") == ["editor"]
    assert chromium.run(f"document.activeElement === {chosen}")
    assert "3.1 s" in chromium.run("document.querySelector('#s2 .where').innerText")
    chromium.run("document.querySelector('#s2 .steps button').click()")
    assert chromium.run(screens) == ["iteration 1 red"] * 2


def test_what_a_key_does_is_seen_after_the_waits_that_follow_it(leakgate, chromium, tmp_path):
    report = leakgate.directory / "leakgate-report"
    journals.leaking("s").write(report)
    pages.write_recording(report / "s", [
        [0, "o", "start"], [1, "m", "press a"], [1.1, "m", "wait text \"done\""], [1.5, "o", "\x1b[H\x1b[Jdone"],
        [2, "m", "press b"], [3, "o", "\x1b[H\x1b[Jend"]])
    pages.draw(chromium, pages.make(leakgate), tmp_path)
    chromium.run("document.querySelector('.recording').open = true")
    chromium.run(OPEN % "Steps, each with")
    seen = []
    for step in range(3):
        chromium.run(f"document.querySelectorAll('.steps button')[{step}].click()")
        seen.append(chromium.run("[...document.querySelectorAll('.screens pre')].map((screen) => screen.innerText.trim())"))
    assert seen == [["start", "done"], ["start", "done"], ["done", "end"]]


def test_the_sample_under_the_pointer_is_told(chromium, address):
    chromium.open(address("ordinary"))
    chromium.run("document.querySelector('.chart svg').scrollIntoView()")
    [x, y] = chromium.run("(({ left, width, top }) => [left + width * 0.99, top + 30])("
                          "document.querySelector('.chart svg').getBoundingClientRect())")
    chromium.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    assert chromium.run("document.querySelector('.tip').innerText") == "47 · drain, after iteration 48, 115.0 s"


def test_it_prints_with_everything_unfolded(chromium, address):
    chromium.open(address("ordinary"))
    assert len(chromium.call("Page.printToPDF")["data"]) > 20_000
    assert chromium.run("[...document.querySelectorAll('details')].every((fold) => fold.open)")


# --- What the script draws from given data ---

@pytest.fixture
def draw(leakgate, chromium, tmp_path):
    """Draws the page of one leak; what it is drawn from is changed before."""
    def make(change):
        journals.leaking().write(leakgate.directory / "leakgate-report")
        page = pages.make(leakgate)
        suite, [scenario] = pages.data_of(page)
        change(scenario)
        pages.draw(chromium, pages.with_data(page, suite, [scenario]), tmp_path)
    return make


@pytest.mark.parametrize("change, said", [
    ({"verdict": "stopped", "stopped": "by a signal; found until then: fd"}, "s: by a signal; found until then: fd"),
    ({"verdict": "invalid", "reason": "the screen differs", "where": "a.yaml:1:2", "worst": None},
     "s: the screen differs (a.yaml:1:2)"),
    ({"verdict": "invalid", "reason": "the screen differs"},
     "s gained open file descriptors: +1.00 per iteration, held by anon_inode:[eventpoll]; no step was looked for. "
     "From 5 to 47 in 42 iterations; after 75 s at rest all of it is still there. Then the measurement went wrong: "
     "the screen differs"),
    ({"verdict": "skipped", "reason": "no td here"}, "s: no td here"),
    ({"verdict": "inconclusive", "reason": None}, "s: no reason is known"),
    ({"verdict": "pass", "findings": [{"kind": "backlog"}, {"kind": "unconfirmed"}]},
     "s: nothing grew that the baseline does not allow; what grew in the loop was gone at rest; "
     "what one run showed, others did not"),
    ({"verdict": "pass", "findings": None}, "s: every step was done; nothing was measured"),
    ({"verdict": "failed", "reason": "it crashed", "whole": None,
      "worst": {"kind": "left_behind", "fails": True, "holder": "sh (7)", "text": "outlived the target"}},
     "s left behind sh (7): outlived the target. Also out of the baseline: fd. Then the run failed: it crashed"),
    ({"whole": None, "worst": {"kind": "level", "fails": True, "gauge": "fd", "text": "9, baseline 5"}},
     "s rests higher than it may: fd 9, baseline 5."),
    ({"whole": None, "worst": {"kind": "exception_expired", "fails": True, "gauge": "fd", "holder": "pipe", "text": "since May"}},
     "s fd pipe has an exception that is over: since May."),
    ({"located": True}, "s leaks open file descriptors: +1.00 per iteration, held by anon_inode:[eventpoll]; no step was "
                        "found to do it. From 5 to 47 in 42 iterations; after 75 s at rest all of it is still there."),
])
def test_the_sentence_of_each_verdict(draw, chromium, change, said):
    draw(lambda scenario: scenario.update({"name": "s", "where": None, **change}))
    assert chromium.run("document.querySelector(document.querySelector('.entry .title') ? '.body .title' : '.entry h2').textContent").removesuffix(" #s1 Copy link") == said


def test_what_is_to_be_known_of_the_suite_stands_first(leakgate, chromium, tmp_path):
    journals.leaking().write(leakgate.directory / "leakgate-report")
    page = pages.make(leakgate)
    suite, scenarios = pages.data_of(page)
    suite.update(problem="shard 1 is missing", caution="Against main: <weaker>", missing=["scenario a: gone"],
                 stopped="Stopped by signal 2 (Interrupt).", verdict="nothing judged")
    pages.draw(chromium, pages.with_data(page, suite, scenarios), tmp_path)
    top = chromium.run("document.querySelector('main section').innerText")
    for said in ("shard 1 is missing", "Against main: <weaker>", "scenario a: gone", "Stopped by signal 2"):
        assert said in top
    # Nor, where all passed that ran, that nothing grew.
    scenarios[0].update(verdict="pass", outcome="pass")
    for verdict, grew in (("nothing judged", False), ("pass", True)):
        suite.update(verdict=verdict)
        pages.draw(chromium, pages.with_data(page, suite, scenarios), tmp_path)
        assert ("Nothing grew" in chromium.run("document.querySelector('main section').innerText")) == grew
    suite.update(verdict="nothing judged")
    pages.draw(chromium, pages.with_data(page, suite, scenarios), tmp_path)
    assert chromium.run("document.querySelector('h1 .verdict').className") == "verdict inconclusive"


def curve(gauge, values):
    return {"gauge": gauge, "allowed": 0, "judged": None, "points": [x for pair in enumerate(values) for x in pair]}


MIB = 1024 * 1024


@pytest.mark.parametrize("gauge, values, bottom, top", [
    ("fd", [21, 61], "0", "80"),
    ("fd", [100, 104], "100", "104"),
    ("fd", [12, 12], "10", "14"),  # one more is no mountain
    ("rss", [6.51 * MIB, 6.53 * MIB], "6.45 MiB", "6.60 MiB"),
    ("rss", [0, 900], "0 B", "1000 B"),
    ("cpu", [0, 0.1], "0.00 s", "0.10 s"),
])
def test_an_axis_holds_what_it_shows(draw, chromium, gauge, values, bottom, top):
    draw(lambda scenario: scenario.update(curves=[curve(gauge, values)], findings=[]))
    labels = chromium.run("[...document.querySelectorAll('.chart .amount')].map((text) => text.textContent)")
    assert (labels[0], labels[-1]) == (bottom, top)


def places(chromium):
    points = chromium.run("document.querySelector('.chart .line').getAttribute('points')")
    return [float(point.split(",")[0]) for point in points.split()]


def test_phases_stand_beside_each_other(draw, chromium):
    series = [["start", 0, 1], ["idle", 6, 10], ["idle", 6, 20], ["loop", 8, 21], ["loop", 18, 22],
              ["loop", 28, 60], ["drain", 28, 70], ["quit", 28, 80]]
    draw(lambda scenario: scenario.update(series=series, curves=[curve("fd", [9] * 8)], findings=[]))
    found = places(chromium)
    assert found == sorted(set(found)) and len(found) == 7
    # The loop by iterations, whatever time they took.
    assert found[4] == pytest.approx((found[3] + found[5]) / 2, abs=0.1)
    bands = chromium.run("[...document.querySelectorAll('.chart .band')].map((band) => "
                         "[band.x.baseVal.value, band.width.baseVal.value])")
    assert [left + width for left, width in bands] == pytest.approx([x for x, _ in bands[1:]] + [354], abs=0.2)
    # No dot lies on an edge.
    assert all(abs(x - left) > 0.5 for x in found for left, _ in bands)


def test_a_phase_without_samples_takes_no_room(draw, chromium):
    draw(lambda scenario: scenario.update(series=[["loop", 8, 21]], curves=[curve("fd", [9])], findings=[]))
    assert places(chromium) == [204]


def finding(**values):
    return {"kind": "growth", "fails": True, "gauge": "goroutine", "per_iteration": 1, "from": 1, "to": 41,
            "iterations": 40, "allowed": 0, "confirmed": False, **values}


def cells(chromium):
    return chromium.run("""[...document.querySelectorAll('.icicle g')].map((cell) => [
        cell.querySelector('title').textContent, (cell.querySelector('text') || {}).textContent,
        ...['x', 'y', 'width'].map((name) => cell.querySelector('rect')[name].baseVal.value)])""")


def test_what_confirmed_a_finding_is_named(draw, chromium):
    draw(lambda scenario: scenario.update(findings=[finding(), finding(repeats=True), finding(confirmed=True)]))
    assert chromium.run("""[...document.querySelectorAll("[aria-label='what grew'] tbody tr")].map(
        (row) => row.lastElementChild.textContent)""") == ["–", "second loop", "fresh process"]


def test_no_command_is_broken_at_a_hyphen(leakgate, chromium, tmp_path):
    journals.leaking().write(leakgate.directory / "leakgate-report")
    (tmp_path / "index.html").write_text(pages.make(leakgate), encoding="utf-8")
    chromium.open(f"file://{tmp_path}/index.html", width=390, height=740)
    words = chromium.run("[...document.querySelectorAll('.command .word')].map((word) => [word.textContent, word.getClientRects().length])")
    assert "--holder" in [word for word, _ in words]
    assert all(lines == 1 for _, lines in words)


def test_what_goes_on_to_the_right_fades_out_there(leakgate, chromium, tmp_path):
    journals.leaking().write(leakgate.directory / "leakgate-report")
    (tmp_path / "index.html").write_text(pages.make(leakgate), encoding="utf-8")
    mask = """(() => { const table = document.querySelector("[aria-label='what grew']"); table.scrollLeft = %d;
        return new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(
            () => told(getComputedStyle(table).maskImage !== "none")))); })()"""
    chromium.open(f"file://{tmp_path}/index.html", width=390, height=740)
    assert [chromium.run(mask % left) for left in (0, 10_000)] == [True, False]


def test_stacks_that_begin_alike_share_their_cells(draw, chromium):
    stacks = {"example.com/app/ui.(*Plugin).leaf < charm.land/tea/v2.Run < main.main": 3, "a/b.F[c/d.T].func < main.main": 1,
              "gone < main.main": 0}
    draw(lambda scenario: scenario.update(findings=[
        finding(holder=holder, per_iteration=pace) for holder, pace in stacks.items()]))
    assert cells(chromium) == [
        ["main.main: +4.00", "main.main", 0, 0, 960],
        ["charm.land/tea/v2.Run: +3.00", "tea/v2.Run", 0, 22, 720],
        ["example.com/app/ui.(*Plugin).leaf: +3.00", "ui.(*Plugin).leaf", 0, 44, 720],
        ["a/b.F[c/d.T].func: +1.00", "b.F[c/d.T].func", 720, 22, 240]]


def test_an_icicle_has_its_limits(draw, chromium):
    deep = " < ".join([*(f"f{i}" for i in range(2000)), "main.main"])
    draw(lambda scenario: scenario.update(findings=[finding(holder=deep)] * 45))
    names = [cell[0].split(":")[0] for cell in cells(chromium)]
    assert names[-1] == "f0" and len(names) == 48 and "main.main" not in names
    assert "5 more stacks are left out" in chromium.run("document.querySelector('.icicle').innerText")


@pytest.mark.parametrize("gauge, value, said", [
    ("fd", 1, "+1.00"), ("fd", 0.125, "+0.12"), ("fd", 0.375, "+0.38"), ("fd", -0.125, "-0.12"), ("fd", 1.005, "+1.00"),
    ("heap_alloc", 90, "+90 B"), ("heap_alloc", 1024, "+1.0 KiB"), ("heap_alloc", -2.25 * MIB, "-2.2 MiB"),
    ("cpu", 0.125, "+0.12 s")])
def test_amounts_are_those_of_the_other_formats(draw, chromium, gauge, value, said):
    draw(lambda scenario: scenario.update(findings=[finding(gauge=gauge, per_iteration=value)]))
    assert chromium.run("document.querySelector('.body td.number').innerText") == said


SHOWN = "[...document.querySelectorAll('.scenario')].filter((part) => !part.hidden).map((part) => part.querySelector('h2 b').innerText)"


def test_search_and_filter_by_keyboard_alone(chromium, address):
    chromium.open(address("ordinary"))
    assert len(chromium.run(SHOWN)) == 5
    chromium.press("/", code="Slash", text="/")
    assert chromium.run("document.activeElement.type") == "search"
    for letter in "TICKS":
        chromium.press(letter, text=letter)
    assert chromium.run(SHOWN) == ["ticks"]
    assert chromium.run("document.querySelector('.filter [role=status]').innerText") == "1 of 5"
    chromium.run("(input => { input.value = ''; input.dispatchEvent(new Event('input')); })(document.activeElement)")
    assert chromium.run("[...document.querySelectorAll('.filter button')].map((button) => button.innerText)") == [
        "leak 2", "failed 1", "pass 2"]
    chromium.press("Tab")
    chromium.press("Enter", text="\r")
    assert chromium.run(SHOWN) == ["external-editor", "ticks"]
    chromium.press("Tab")
    chromium.press(" ", code="Space", text=" ")
    assert chromium.run(SHOWN) == ["external-editor", "ticks", "broken"]
    assert chromium.run("document.activeElement.getAttribute('aria-pressed')") == "true"
    chromium.run("document.querySelectorAll('.filter button[aria-pressed=true]').forEach((button) => button.click())")
    assert len(chromium.run(SHOWN)) == 5


def test_commands_names_and_links_are_copied(chromium, address):
    page = address("ordinary")
    chromium.open(page)
    copied = """async (selector) => {
        let copied;
        navigator.clipboard.writeText = async (text) => { copied = text; };
        const button = document.querySelector(selector);
        button.click();
        await null;
        return [copied, button.textContent];
    }"""
    assert chromium.run(f"({copied})('.step button')") == ["leakgate run external-editor", "Copied"]
    assert chromium.run(f"({copied})('#s2f1 th button')") == ["anon_inode:[eventpoll]", "Copied"]
    assert chromium.run(f"({copied})('#s2f1 .finding button')") == [f"{page}#s2f1", "Copied"]
    assert chromium.run(f"({copied})('#s5 .title button')") == [f"{page}#s5", "Copied"]
    assert chromium.run("document.querySelector('#s2f1 .here').innerText") == "#s2f1"
