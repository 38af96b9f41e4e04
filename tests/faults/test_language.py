"""Loops, files by a rule, write, remove, prepare, variables that replace and times that shift: all of
them in one scenario on the stand-in, and what happens when one of them fails."""

import datetime
import json
import re

import pytest

from runs import STANDIN, beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")

ALL = r"""version: 1
title: All of the language
target: standin
needs: [git]
vars:
  slug: {text: "${project.p1}", replace: "[/._]", with: "-"}
  day: {text: "${today}", replace: "-", with: /}
world:
  files:
    "home/x-${n}.jsonl": {copies: 3, text: "head ${n}\n", line: "${line} of ${n}\n", lines: 4}
    "home/projects/${slug}/big.jsonl": {line: "${line} ${now-90s} xxxxxxxx\n", size: 64KiB}
prepare:
  - run: test "$(cat home/x-2.jsonl)" = "$(printf 'head 2\n1 of 2\n2 of 2\n3 of 2\n4 of 2')"
  - write: {path: "home/sessions/${day}/s-${n}.jsonl", copies: 2, text: "{}\n"}
  - loop:
      times: 2
      as: round
      steps:
        - write: {path: "run/round-${round}", text: "${round}\n", mode: "0600"}
  - remove: run/round-1
setup:
  - run: test ! -e run/round-1 -a "$(ls -l run/round-2 | cut -c1-10)" = -rw-------
  - run: test "$(wc -c < "home/projects/${slug}/big.jsonl")" -ge 65536
iteration:
  - loop:
      over: ["2", "1"]
      as: tab
      steps:
        - press: "${tab}"
        - settle: {}
  - write: {path: run/log, append: true, line: "${i} ${line} ${now} ${now+1h}\n", lines: 3}
  - wait: {file: {path: run/log, text: "${i} 3 "}}
  - loop:
      times: 2
      as: k
      steps:
        - loop:
            over: [a, b]
            as: word
            steps:
              - write: {path: "run/w-${k}-${word}-${n}", copies: 2, text: "${i}"}
  - run: test "$(ls run | grep -c ^w-)" = 8
  - remove: [run/w-*, "home/sessions/${day}/s-1.jsonl"]
  - remove: {path: run/w-*, missing: allowed}
  - write: {path: "home/sessions/${day}/s-1.jsonl", text: "{}\n"}
"""

# Each press opens a descriptor that stays: two of them in an iteration, at one step of the file.
ROUNDS = """version: 1
title: An editor, twice
target: standin
needs: [git]
world:
  files:
    p1/a.txt: "one line\\n"
    bin/fake-editor: {mode: "0755", text: "#!/bin/sh\\necho >> ${world}/run/edits\\n"}
  env: {EDITOR: "${world}/bin/fake-editor"}
setup:
  - press: "2"
  - wait: {text: [a.txt, Select a file to preview]}
  - press: j
  - wait: {text: one line}
iteration:
  - remove: {path: run/edits, missing: allowed}
  - loop:
      times: 2
      as: n
      steps:
        - press: E
        - wait: {file: {path: run/edits, lines: "${n}"}, text: [a.txt, one line], fresh: true}
        - settle: {}
        - write: {path: "run/seen-${n}", text: "${n}"}
measure: {idle_for: 2s, drain: 5s, iterations_per_sample: 1}
"""


def steps(place, scenario):
    return [record for record in place.journal(scenario) if record["record"] == "step"]


def line_of(place, record):
    file, line, _ = record["where"].split(":")
    return (place.root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip()


def date(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


@beside_others
def test_all_of_it(place):
    place.scenario("all", ALL)
    shown = place.run("all", "--program", STANDIN, "--iterations", "2", "--keep-world", "--show")
    assert shown.status == 0, shown
    [world] = place.temporary.iterdir()
    done = steps(place, "all")
    assert not any(step["failed"] for step in done)
    # What `prepare` does is done before the target is there, and the rounds stand in the journal.
    before = [step["step"] for step in done if step["at"] == 0]
    assert before[2:] == ['write "run/round-1"', 'write "run/round-2"', 'remove "run/round-1"']
    pressed = [step for step in done if step["step"].startswith("press") and step["iteration"] > 0]
    assert [step["step"] for step in pressed] == ['press "2"', 'press "1"'] * 2
    assert {line_of(place, step) for step in pressed} == {'- press: "${tab}"'}
    assert 'press "2"' in shown.output
    log = (world / "run" / "log").read_text(encoding="utf-8").splitlines()
    assert [line.split()[:2] for line in log] == [[i, n] for i in "12" for n in "123"]
    now, later = map(date, log[0].split()[2:])
    assert abs(later - now - datetime.timedelta(hours=1)) < datetime.timedelta(seconds=1)
    assert sorted(file.name for file in (world / "run").iterdir()) == ["log", "round-2"]
    day = [record["date"] for record in place.journal("all") if record["record"] == "journal"]
    assert (world / "home" / "sessions" / day[0][:10].replace("-", "/") / "s-1.jsonl").exists()


@beside_others
@pytest.mark.parametrize("step, message", [
    ("run: exit 3", "the command ended with exit status 3, not 0"),
    ("remove: home/nothing-*", "there is nothing to remove at home/nothing-*"),
    ("write: {path: home/.gitconfig/x, text: x}", "Not a directory"),
    ("loop: {over: [ok, no], as: word, steps: [run: 'test ${word} = ok']}", "exit status 1"),
])
def test_a_step_of_prepare_fails(place, step, message):
    place.scenario("unprepared", f"version: 1\ntitle: Unprepared\ntarget: standin\nneeds: [git]\n"
                                 f"prepare:\n  - {step}\niteration:\n  - press: j\n")
    shown = place.run("unprepared", "--program", STANDIN)
    assert shown.status == 5, shown
    assert message in re.sub(r"\s+", " ", shown.output)
    assert re.search(r"unprepared\.yaml:6:\d+", shown.output)
    assert not any(record["record"] == "target" for record in place.journal("unprepared"))
    # As after every failure, the world is kept to be looked at, and no process is left.
    [stored] = place.result()["scenarios"]
    assert place.worlds() == stored["worlds"]
    place.await_none()


@beside_others
def test_rounds_are_one_place(place):
    place.scenario("rounds", ROUNDS)
    shown = place.run("rounds", "--program", place.standin("fd"))
    assert shown.status == 1, shown
    [stored] = place.result()["scenarios"]
    [finding] = [finding for finding in stored["findings"]
                 if finding["fails"] and finding.get("gauge") == "fd"]
    assert finding["per_iteration"] == pytest.approx(2, abs=0.05)
    [at] = finding["grows_at"]
    assert at["step"] == 'press "E"'
    assert at["per_iteration"] == pytest.approx(2, abs=0.05)
    assert line_of(place, at) == "- press: E"
    journal = (place.report / "rounds" / "locate" / "journal.jsonl").read_text(encoding="utf-8")
    planned = json.loads(journal.splitlines()[0])["iteration_steps"]
    assert [step["input"] for step in planned] == [1, 2, 2, 2, 5, 2, 2, 2, 5]
    assert planned[4]["step"] == planned[8]["step"] == 'write "run/seen-${n}"'
    place.nothing_left()


@beside_others
@pytest.mark.parametrize("make, message", [
    ("/usr/bin/mkfifo run/it", "the file run/it is not there or not as awaited"),
    ("ln -s /etc/passwd run/it", "the file run/it is not there or not as awaited"),
    ("head -c 5000000 /dev/zero > run/it",
     "the file run/it is larger than the limit of 4194304 bytes"),
])
def test_a_file_that_cannot_be_awaited(place, make, message):
    """A pipe would be waited for outside of all deadlines, and a link may lead out of the world."""
    place.scenario("awaits", f"version: 1\ntitle: Awaits\ntarget: standin\nneeds: [git]\n"
                             f"iteration:\n  - run: mkdir -p run && {make}\n"
                             f"  - wait: {{file: {{path: run/it, text: root}}, timeout: 1s}}\n")
    shown = place.run("awaits", "--program", STANDIN, "--iterations", "1")
    assert shown.status == 5, shown
    assert message in re.sub(r"\s+", " ", shown.output)
