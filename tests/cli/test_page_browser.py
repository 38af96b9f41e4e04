"""The page in a real browser: what it complains of, asks for and shows. Skipped where there is none."""

import browser
import pages
import pytest

pytestmark = pytest.mark.skipif(browser.find() is None,
                                reason="no Chromium here (LEAKGATE_BROWSER can name one)")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """One browser for all, since a start takes a second."""
    started = browser.Browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.close()


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
    chromium.run("new Promise((done) => setTimeout(done, 0))")
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
    assert chromium.run("[...document.querySelectorAll('.scroll')].some("
                        "(box) => box.scrollWidth > box.clientWidth)")


def test_without_script_all_of_it_can_be_read(chromium, address):
    chromium.open(address("ordinary"), script=False)
    assert "leaks open file descriptors" in chromium.run("document.querySelector('.sentence').innerText")
    assert chromium.run("document.querySelector('.player .bar')") is None
    assert chromium.run(f"[...document.querySelectorAll('details.leak .chart figcaption')].every({SEEN})")
    box = chromium.run("(({ width, height }) => [width, height])("
                       "document.querySelector('.chart svg').getBoundingClientRect())")
    assert box[0] > 200 and box[1] > 100
    chromium.run(UNFOLD)
    assert "Playing it here takes script" in chromium.run("document.body.innerText")
    assert "iteration 10 red" in chromium.run("document.querySelector('.player pre').innerText")


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
    for script in (True, False):
        chromium.open(page, script=script)
        chromium.run("document.querySelector('.scenarios tr:last-child a').click()")
        chromium.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
                     if script else "1")
        assert chromium.run("document.querySelector(location.hash).closest('details').open")


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
