"""Reports to make pages of: an ordinary one, and one in which every name is hostile."""

import json
import pathlib
import re

import journals

# What a locating run is judged by: a plan has steps in its iteration.
ITERATION = {"scenario": {"iteration": [{}, {}]}}
SOURCE = pathlib.Path(__file__).resolve().parents[2]
EVIL = "</script><script>window.hacked=1</script>\"'><img src=x onerror=window.hacked=1>]]><!--::error::"


def make(leakgate):
    made = leakgate("report", "--format", "html")
    assert made.returncode == 0, made.stderr
    return made.stdout


def data_of(page):
    """What the page is drawn from: of the suite, and of each scenario."""
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1]
    suite, *scenarios = json.loads(data)
    return suite, scenarios


def with_data(page, suite, scenarios):
    data = json.dumps([suite, *scenarios]).replace("<", "\\u003c")
    before, rest = page.split('id="data">', 1)
    return f'{before}id="data">{data}</script>{rest.split("</script>", 1)[1]}'


def scenario_of(page, name):
    [scenario] = [each for each in data_of(page)[1] if each["name"] == name]
    return scenario


def draw(chromium, page, directory):
    """The page as the browser has drawn it, as HTML."""
    (directory / "index.html").write_text(page, encoding="utf-8")
    chromium.open(f"file://{directory}/index.html")
    assert chromium.complaints == []
    return "<!DOCTYPE html>" + chromium.run("document.documentElement.outerHTML")


def write_recording(directory, events, width=40, height=10):
    header = {"version": 2, "width": width, "height": height, "title": "t"}
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "recording.cast").write_text(
        "".join(json.dumps(line) + "\n" for line in [header, *events]), encoding="utf-8")


def recording():
    events = []
    for i in range(10):
        events += [
            [0.5 * i, "m", "press j"],
            [0.5 * i + 0.1, "o", f"\x1b[H\x1b[Jiteration {i + 1} \x1b[1;31mred\x1b[m\r\n"],
            [0.5 * i + 0.2, "m", "press E"],
            [0.5 * i + 0.4, "o", "\x1b[3;1H\x1b[7m editor \x1b[m"],
        ]
    return events


def ordinary(report):
    """A leak of descriptors that was confirmed and located, a leak of goroutines, a failure, a backlog
    and a pass."""
    for attempt in (None, "again"):
        journal = journals.leaking()
        journal.records[0]["plan"] = ITERATION
        journal.write(report, attempt)
    journals.locating().write(report, "locate")
    journals.ticking().write(report)
    journals.backlog().write(report)
    journals.clean().write(report)
    screen = ["  Sidecar", "", "日本語", "\x1b[31mred\x1b[0m ::error::x", "", ""]
    journals.Journal("broken").failed(screen=screen, stderr="one\npanic: \x1b]0;t\x07\n").write(report)
    for name in ("external-editor", "tab-cycle", "broken"):
        write_recording(report / name, recording())
    return report


def hostile(report):
    """Whatever comes from a target or a file tries to end an element, to act, or to turn the text
    around."""
    turned = "\u202e\u2066gpj.exe\x1b]0;t\x07\u009b31m\ud83d"
    evil = EVIL + turned.replace("\ud83d", "")
    journal = journals.Journal("leak<b>\"'&", title=evil, file=evil, target=evil, program=evil)
    journal.records[1].update(version=evil, go=evil, platform=evil)
    journal.measured(lambda i: {evil: 2 + i, "pipe": 3}, drained={evil: 44, "pipe": 3})
    journal.add("note", text=evil)
    journal.end(left_behind=[f"{evil} (7)"], files_left={"count": 1, "names": [evil]},
                sessions_left={"count": 1, "names": [evil]})
    journal.records[0]["plan"] = ITERATION
    journal.write(report)
    journal.write(report, "again")
    locate = journals.Journal("leak<b>\"'&", iteration_steps=[
        {"step": evil, "where": f"{evil}:14:5", "input": 1}])
    locate.sample("loop", 6, 10, {evil: 2})
    for i in range(8):
        locate.sample("loop", 7 + i, 11.5 + i, {evil: 3 + i})
        locate.records[-1]["step"] = 1
    locate.end().write(report, "locate")
    stacks = journals.ticking("stack ::error::")
    for record in stacks.records:
        if record["record"] == "function":
            record["name"] = f"{evil}.{record['name']}"
    stacks.write(report)
    journals.Journal("fail").failed(text=evil, screen=[evil] * 3, stderr=f"{evil}\n").write(report)
    journals.clean("pass").write(report)
    events = [[0, "m", evil], [0.1, "o", EVIL + "\u202e\r\n\x1b]0;" + EVIL + "\x07"], [0.2, "m", evil]]
    for name in ("leak<b>\"'&", "fail"):
        write_recording(report / name, events, width=200)
    return report


def wordy(scenario):
    """Sixty holders that leak, with names of four thousand bytes."""
    names = [f"/{number}" + "<&\"" * 1300 for number in range(60)]
    return (journals.Journal(scenario)
            .measured(lambda i: {name: 2 + i for name in names}).end())
