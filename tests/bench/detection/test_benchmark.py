"""The benchmark's own arithmetic, by tables: the split, the intervals, the usual rules, the tables
of RESULTS.md; and its command lines. Nothing is recorded here."""

import json
import os
import subprocess
import sys

import pytest

import traces

HERE = os.path.dirname(os.path.abspath(__file__))
LEAKGATE = os.environ["LEAKGATE_BIN"]

# Without it the traces can be kept and tested, but no results made.
pytest.importorskip("scipy")
# pylint: disable=wrong-import-position
import counting
import intervals
import judging
import results
import rules

FLAT = [5] * 21
STAIR = [5 + i // 2 for i in range(21)]      # one per four iterations
LINE = [5 + 2 * i for i in range(21)]        # one per iteration
SAWTOOTH = [5 + i % 3 for i in range(21)]
FILLS = [5 + min(i, 4) for i in range(21)]   # and is full
SHRINKS = [25 - i for i in range(21)]
AT = [6 + 2 * i for i in range(21)]


@pytest.mark.parametrize("rule, grows", [
    (rules.rises, [False, True, True, True, True, False]),
    (rules.rises_by_margin, [False, True, True, False, True, False]),
    (rules.least_squares, [False, True, True, False, True, False]),
    (rules.mann_kendall, [False, True, True, False, True, False]),
    (rules.leakcanary, [False, False, True, False, False, False]),
    (rules.fuite, [False, False, True, False, False, False]),
    (rules.psleak_memory, [False, False, True, False, False, False]),
    (rules.psleak_counter, [False, False, True, True, True, False]),
])
def test_usual_rules(rule, grows):
    shapes = [FLAT, STAIR, LINE, SAWTOOTH, FILLS, SHRINKS]
    if rule is rules.rises:
        # The last reading of a saw's tooth is as high as it happens to be.
        shapes[3] = SAWTOOTH[:-1] + [6]
    assert [rule(AT, values) for values in shapes] == grows


def test_rules_on_seven_readings():
    """As the heap's exact total is read: once a block, six iterations apart."""
    at = [6 + 6 * i for i in range(7)]
    grows = [100 + 6 * i for i in range(7)]
    flat = [100, 101, 100, 101, 100, 101, 100]
    for _, _, heap, _ in rules.RULES:
        assert heap(at, grows) is True
        assert heap(at, flat) is False


def test_a_run_is_flagged_by_any_gauge():
    series = {"fd": (AT, FLAT), "goroutine": (AT, LINE), "rss": (AT, LINE)}
    assert rules.flagged_gauges(rules.RULES[0], series) == ["goroutine"]
    assert not rules.flagged_gauges(rules.RULES[0], {"rss": (AT, LINE)})


@pytest.mark.parametrize("hits, runs, low, high", [
    (0, 0, 0, 1), (0, 60, 0, 0.0596), (60, 60, 0.9404, 1), (57, 60, 0.8608, 0.9896),
])
def test_intervals(hits, runs, low, high):
    assert intervals.interval(hits, runs) == pytest.approx((low, high), abs=1e-4)


def test_upper_bound():
    assert intervals.upper_bound(0, 60) == pytest.approx(1 - 0.05 ** (1 / 60))
    assert intervals.upper_bound(0, 0) == 1


def test_every_fourth_run_is_tuning():
    assert [traces.split_of(number) for number in range(1, 6)] == [
        "held-out", "held-out", "held-out", "tuning", "held-out"]


def make_traces(directory, name, numbers, journal="{}\n"):
    for number in numbers:
        place = directory / name / f"{number:03d}"
        place.mkdir(parents=True)
        (place / traces.JOURNAL).write_text(journal, encoding="utf-8")


def test_others_are_the_next_of_the_same_half(tmp_path):
    make_traces(tmp_path, "fd", [0, 1, 2, 3, 4, 5])
    group = traces.find(tmp_path, ["fd", "none"])["fd"]
    numbers = {trace.number: [other.number for other in traces.others_of(trace, group, 2)]
               for trace in group}
    assert numbers == {0: [4], 4: [0], 1: [2, 3], 2: [3, 5], 3: [5, 1], 5: [1, 2]}


def test_others_do_the_same(tmp_path):
    for number, plan in ((1, "a"), (2, "b"), (3, "a"), (5, "b")):
        make_traces(tmp_path, "fd", [number], f'{{"plan_hash":"{plan}"}}\n')
    group = traces.find(tmp_path, ["fd"])["fd"]
    assert [traces.others_of(trace, group, 2)[0].number for trace in group] == [3, 5, 1, 2]


SAMPLE = ('{"at":%d,"gauges":{"fd":%d},"holdings":[],"iteration":%d,"phase":"loop",'
          '"record":"sample"}\n')


def loop(count):
    lines = ['{"file":"/somewhere/tests/bench/detection/scenarios/step.yaml","record":"journal"}\n',
             '{"go":"go1.26.8","record":"target"}\n']
    lines += [SAMPLE % (10 + i, 3 + i, 6 + 2 * i) for i in range(count)]
    return [line.encode() for line in lines] + [b'{"record":"note"}\n', b'{"record":"end"}\n']


def test_a_journal_is_looked_into():
    assert traces.loop_series(loop(3)) == {"fd": ([6, 8, 10], [3, 4, 5])}
    assert traces.go_version(loop(1)) == "go1.26.8"


def test_a_journal_is_cut():
    assert traces.cut(loop(3), 4) is None
    assert traces.cut(loop(3), 3) == loop(3)[:5] + [b'{"record":"end"}\n']
    assert traces.cut(loop(4), 3) == loop(4)[:5] + [b'{"record":"end"}\n']
    assert traces.extent(loop(4), 3) == (4, 12)
    more = [(SAMPLE % (60, 9, 40)).replace('"loop"', f'"{phase}"').encode()
            for phase in ("drain", "second_drain")]
    rested = loop(3)[:-1] + more + loop(3)[-1:]
    assert traces.cut(rested, 3) == traces.cut(loop(3), 3)
    assert traces.loop_series(rested) == traces.loop_series(loop(3))


def test_packed_traces_come_back_without_the_root_they_were_recorded_in(tmp_path):
    make_traces(tmp_path / "from", "fd", [1, 2], "".join(line.decode() for line in loop(2)))
    group = traces.find(tmp_path / "from", ["fd"])["fd"]
    archives = [tmp_path / "a.tar.xz", tmp_path / "b.tar.xz"]
    for archive in archives:
        traces.pack(group, archive)
    assert archives[0].read_bytes() == archives[1].read_bytes()
    traces.unpack(archives[0], tmp_path / "to")
    journal = (tmp_path / "to/fd/002" / traces.JOURNAL).read_text(encoding="utf-8")
    assert '"file":"tests/bench/detection/scenarios/step.yaml"' in journal
    assert "somewhere" not in journal


LEAK = {"name": "fd", "kind": "leak", "gauge": "fd", "holder": "pipe", "per_iteration": 1,
        "bytes_per_iteration": None, "tags": ["count"]}
CLEAN = {"name": "still", "kind": "clean", "gauge": None, "holder": None, "per_iteration": None,
         "bytes_per_iteration": None, "tags": []}


def run(verdict="leak", confirmed=None, first=("fd", "pipe"), number=1, caught=0.14, name="fd"):
    trace = traces.Trace(name, number, traces.split_of(number), "", "")
    confirmed = verdict == "leak" if confirmed is None else confirmed
    return judging.Run(trace, verdict, confirmed, first if confirmed else None, {"fd": caught}, 14.0,
                       {"fd": (AT, LINE if first else FLAT)})


@pytest.mark.parametrize("first, holder, right", [
    (("fd", "pipe"), "pipe", True),
    (("fd", "pipe"), "socket:tcp", False),
    (("goroutine", "pipe"), "pipe", False),
    (("fd", "main.leak < main.main"), "main.leak", True),
    (("fd", "main.leaks < main.main"), "main.leak", False),
    (("fd", None), None, True),
    (("fd", "pipe"), None, False),
    (("fd", None), "pipe", False),
    (None, "pipe", False),
])
def test_the_right_holder(first, holder, right):
    assert judging.is_right(first, {**LEAK, "holder": holder}) is right


def test_tally():
    runs = [run(), run(confirmed=False), run(first=("fd", "socket:tcp")), run("pass", first=None),
            run("inconclusive", first=None), run("failed", first=None), run("invalid", first=None)]
    assert counting.tally(runs, LEAK) == counting.Tally(
        runs=5, flagged=3, confirmed=2, right=1, inconclusive=1, unjudged=2)
    assert counting.add([]) == counting.Tally(0, 0, 0, 0, 0, 0)
    assert counting.add([counting.tally(runs, LEAK)] * 2).runs == 10


def test_promises():
    runs = [run(), run("pass"), run(caught=2), run("pass", caught=2), run("failed")]
    assert counting.promises(runs, LEAK) == counting.Promise(2, 1, 2, 1)


def test_results_name_what_is_missed():
    groups = {"fd": [run(number=number) for number in (1, 2, 3, 4)]
              + [run("pass", first=None, number=5)],
              "still": [run("pass", first=None, number=number, name="still")
                        for number in (1, 2, 4)]}
    facts = results.Facts({"fd": LEAK, "still": CLEAN}, groups, {}, "leakgate 0.1.0", ["go1.26.8"],
                          "none")
    text = results.document(facts)
    assert "never by hand" in text
    found = "3/4 (19.4–99.4 %)"
    assert f"| fd | 4 | {found} | {found} | 3/3 (29.2–100 %) | 0 | 0 |" in text
    assert "| still | 2 | 0/2 (≤ 77.6 %) | 0/2 (≤ 77.6 %) | 0 | 0 |" in text
    claims = {claim: rest for claim, _, *rest in results.claims(facts)}
    assert claims["no confirmed false alarm in any clean class"] == [True, 2, 60]
    assert claims["each count of one per iteration and one per five found"] == [False, 4, 60]
    assert results.document(facts) == text


def test_thresholds_are_those_of_the_program():
    with open(os.path.join(HERE, "../../../harness/verdict/growth.c"), encoding="utf-8") as file:
        assert "count: minimum = " in results.thresholds_of(file.read())


def call(*words):
    return subprocess.run([sys.executable, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False, encoding="utf-8")


@pytest.mark.parametrize("program", ["judge", "pack"])
def test_no_traces(program, tmp_path):
    words = ["--leakgate", LEAKGATE] if program == "judge" else []
    classes = tmp_path / "classes.json"
    classes.write_text(json.dumps({"classes": [LEAK]}), encoding="utf-8")
    shown = call(os.path.join(HERE, program), tmp_path, *words, "--classes", classes)
    assert shown.returncode == 2
    assert "no traces in" in shown.stderr


@pytest.fixture
def judge(tmp_path):
    """Judges made-up traces below tmp_path by the table of LEAK and CLEAN; returns what is told."""
    def play(**more):
        table = tmp_path / "classes.json"
        rows = [{**LEAK, "holder": "anon_inode:[eventpoll]", **more}, CLEAN]
        table.write_text(json.dumps({"classes": rows}), encoding="utf-8")
        shown = call(os.path.join(HERE, "judge"), tmp_path, "--leakgate", LEAKGATE,
                     "--classes", table, "--results", "-")
        assert shown.returncode == 0, shown.stderr
        return shown.stdout
    return play


def test_traces_are_judged_and_confirmed(tmp_path, judge, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(HERE, "../../cli"))
    import journals
    for number in ("001", "002", "003", "005"):
        journals.leaking(number).write(tmp_path / "fd")
        journals.clean(number).write(tmp_path / "still")
    journals.clean("006").write(tmp_path / "fd")
    told = judge(tags=["long"])
    assert "| fd | 5 | 4/5 (28.4–99.5 %) | 4/5 (28.4–99.5 %) | 4/4 (39.8–100 %) | 0 | 0 |" in told
    assert "| still | 4 | 0/4 (≤ 52.7 %) | 0/4 (≤ 52.7 %) | 0 | 0 |" in told
    assert "| fd | 21 | 40 | 40 s | 4/5 (28.4–99.5 %) |" in told


def test_what_one_run_alone_saw_is_not_confirmed(tmp_path, judge, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(HERE, "../../cli"))
    import journals
    journals.leaking("001").write(tmp_path / "fd")
    for number in ("002", "003"):
        journals.clean(number).write(tmp_path / "fd")
    assert "| fd | 3 | 1/3 (0.8–90.6 %) | 0/3 (0–70.8 %) | – | 0 | 0 |" in judge()


def test_what_came_again_in_a_second_loop_needs_no_other_process(tmp_path, judge, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(HERE, "../../cli"))
    import journals
    journals.repeating("001").write(tmp_path / "fd")
    journals.leaking("004").write(tmp_path / "fd")
    assert "| fd | 1 | 1/1 (2.5–100 %) | 1/1 (2.5–100 %) | 1/1 (2.5–100 %) | 0 | 0 |" in judge()
    assert "| fd | 1 | 1/1 (2.5–100 %) | 0/1 (0–97.5 %) | – | 0 | 0 |" in judge()


def test_processes_are_added_up_so_many_at_a_time(tmp_path, judge, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(HERE, "../../cli"))
    import journals
    for number, gain in (("001", 1), ("002", 1), ("003", 0), ("004", 1)):
        for attempt in (None, "times-2", "times-3", "times-4", "times-5"):
            journals.one_of_several(number, gain, gain).write(tmp_path / "fd", attempt)
    told = judge(times=5)
    assert "| class | half | 5 processes | 10 processes |" in told
    assert "| fd | held-out | 2/3 (9.4–99.2 %) | 1/1 (2.5–100 %) |" in told
    assert "| fd | tuning | 1/1 (2.5–100 %) | – |" in told
    assert "| fd | 3 |" not in told, "it is in no table of single runs"


def test_what_leaks_until_it_fails_is_found():
    trace = traces.Trace("fd", 1, "held-out", "", "")
    grew = [{"fails": True, "gauge": "fd", "holder": "pipe"}]
    for findings, verdict in ((grew, "leak"), ([], "failed")):
        scenario = {"verdict": "failed", "findings": findings, "seconds": 9}
        told = judging.one_run(trace, scenario, {})
        assert (told.verdict, told.confirmed) == (verdict, bool(findings))


def test_a_journal_that_cannot_be_judged_is_in_no_share(tmp_path, judge):
    make_traces(tmp_path, "fd", [1], "".join(line.decode() for line in loop(3)))
    assert "| fd | 0 | – | – | – | 0 | 1 |" in judge()


def test_a_packed_journal_names_no_place_of_the_machine_it_is_from():
    root = "/home/u/src/"
    journal = (f'{{"file":"{root}tests/bench/detection/scenarios/step.yaml",'
               f'"extends":"{root}tests/bench/detection/target.yaml"}}\n')
    packed = traces.without_root(journal.encode()).decode()
    assert packed == journal.replace(root, "")
    assert traces.without_root(packed.encode()).decode() == packed


def test_nor_how_it_was_recorded():
    journal = b'{"file":"f","options":"--program /home/u/x","baselines":"/home/u/b","plan":{}}\n{"a":1}\n'
    assert traces.without_call(journal) == b'{"file":"f","plan":{}}\n{"a":1}\n'
    assert traces.without_call(b'{"z":1, "file":"f"}\n') == b'{"z":1, "file":"f"}\n'


def test_all_processes_are_recorded(tmp_path):
    leakgate = tmp_path / "leakgate"
    leakgate.write_text("""#!/bin/sh
case " $* " in *" --times 5 "*) ;; *) exit 2 ;; esac
while [ "$1" != --report ]; do shift; done
for attempt in . times-2 again; do
    mkdir -p "$2/step/$attempt"
    echo '{"record":"sample"}' > "$2/step/$attempt/journal.jsonl"
done
""")
    leakgate.chmod(0o755)
    shown = call(os.path.join(HERE, "record"), tmp_path / "traces", "--leakgate", leakgate,
                 "--program", "/bin/true", "--classes", "times-clean", "--runs", "1")
    assert shown.returncode == 0, shown.stderr
    kept = tmp_path / "traces/times-clean/000"
    assert sorted(path.relative_to(kept).as_posix() for path in kept.rglob("journal.jsonl")) == [
        "journal.jsonl", "times-2/journal.jsonl"]


@pytest.mark.parametrize("record, status", [("sample", 0), ("failure", 1)])
def test_what_was_measured_wrongly_is_not_recorded(tmp_path, record, status):
    """It says nothing of leaks, and its number is free for another run."""
    leakgate = tmp_path / "leakgate"
    leakgate.write_text(f"""#!/bin/sh
while [ $# -gt 0 ]; do
    if [ "$1" = --report ]; then
        mkdir -p "$2/step"
        echo '{{"record":"{record}"}}' > "$2/step/journal.jsonl"
    fi
    shift
done
exit 4
""")
    leakgate.chmod(0o755)
    shown = call(os.path.join(HERE, "record"), tmp_path / "traces", "--leakgate", leakgate,
                 "--program", "/bin/true", "--classes", "fd", "--runs", "1")
    assert shown.returncode == status, shown.stderr
    assert (tmp_path / "traces/fd/000/journal.jsonl").exists() == (status == 0)
    assert ("NOT RECORDED" in shown.stderr) == (status == 1)
