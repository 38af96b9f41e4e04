"""leakgate accept --tighten: allowances only ever go down, to what is left."""

import json
import shlex

import journals
import pytest

HOLDER = "anon_inode:[eventpoll]"
KEY = f"fd {HOLDER}"


def baseline(exceptions=(), gauges=None, **changes):
    return {"version": 1, "plan": "0123456789abcdef", "go": "go1.26.8", "platform": "linux/amd64",
            "exceptions": list(exceptions), "gauges": gauges or {}, **changes}


def exception(allowed, holder=HOLDER, **changes):
    return {"gauge": "fd", "holder": holder, "allowed": allowed, "reason": "known",
            "issue": "https://example.org/1", "expires": "2027-01-31", **changes}


def leaking(stored, per_iteration=1, level=3):
    """A journal that was judged by this baseline."""
    def fds(i):
        return {"pipe": level, HOLDER: 2 + i * per_iteration}
    journal = journals.Journal("s").measured(fds, drained=fds(42)).end()
    journal.records[0]["baseline"] = stored
    return journal


def path_of(leakgate):
    return leakgate.directory / "baselines" / "standin" / "s.json"


def put(leakgate, stored, journal=None):
    path_of(leakgate).parent.mkdir(parents=True, exist_ok=True)
    path_of(leakgate).write_text(json.dumps(stored))
    (journal or leaking(stored)).write(leakgate.directory / "leakgate-report")


def tightened(leakgate, *options):
    done = leakgate("accept", "s", "--tighten", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(path_of(leakgate).read_text())


def next_steps(leakgate):
    return [line for line in leakgate("report").stdout.splitlines()
            if line.startswith("To tighten")]


def test_the_report_names_the_command_and_the_command_does_it(leakgate):
    put(leakgate, baseline([exception(3)]))
    shown = leakgate("report", "-v").stdout
    assert f"exception unused {KEY}: 3.00 per iteration are allowed, 1.00 are left" in shown
    [line] = next_steps(leakgate)
    assert line == "To tighten the baseline: leakgate accept s --from leakgate-report --tighten"
    done = leakgate(*line.split(": leakgate ")[1].split())
    assert done.returncode == 0, done.stderr
    assert f"- exception {KEY}: 3.00 per iteration until 2027-01-31: known" in done.stdout
    assert f"+ exception {KEY}: 1.00 per iteration until 2027-01-31: known" in done.stdout
    stored = json.loads(path_of(leakgate).read_text())
    assert stored["exceptions"] == [exception(1)]
    leaking(stored).write(leakgate.directory / "leakgate-report")
    assert next_steps(leakgate) == []
    assert "unchanged" in leakgate("accept", "s", "--tighten").stdout


def test_what_nothing_uses_is_removed(leakgate):
    put(leakgate, baseline([exception(1), exception(1, holder="socket:tcp")]))
    assert tightened(leakgate)["exceptions"] == [exception(1)]


def test_nothing_is_raised(leakgate):
    """More is left than is allowed, by less than what the judge calls a growth."""
    put(leakgate, baseline([exception(0.95)]))
    assert tightened(leakgate)["exceptions"] == [exception(0.95)]


def test_what_is_left_passes_by_the_tightened_file(leakgate):
    put(leakgate, baseline([exception(3)]), leaking(baseline([exception(3)]), per_iteration=1))
    stored = tightened(leakgate)
    leaking(stored).write(leakgate.directory / "leakgate-report")
    [scenario] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert scenario["verdict"] == "pass"


def test_a_gauge_s_own_allowance(leakgate):
    terms = {"reason": "a pool", "expires": "2027-01-31"}
    put(leakgate, baseline(gauges={"fd": {"allowed": 5, "level": 5, **terms},
                                   "goroutine": {"allowed": 1, "reason": "gone"}}))
    shown = leakgate("report", "-v").stdout
    assert "exception unused fd: 5.00 per iteration are allowed, 1.00 are left" in shown
    assert "exception unused goroutine: nothing uses it any more: it can be removed" in shown
    done = leakgate("accept", "s", "--tighten")
    assert "fd allowed per iteration 5 -> 1\n" in done.stdout
    gauges = json.loads(path_of(leakgate).read_text())["gauges"]
    assert gauges == {"fd": {"allowed": 1, "level": 5, **terms}, "goroutine": {"allowed": 0}}


def test_levels_go_down_when_asked_and_only_those_that_are_far_off(leakgate):
    gauges = {"fd": {"allowed": 0, "level": 60}, "goroutine": {"allowed": 0, "level": 27}}
    put(leakgate, baseline([exception(1)], gauges))
    shown = leakgate("report", "-v").stdout
    assert "level loose fd: 5 at rest, far below the baseline's 60" in shown
    assert next_steps(leakgate)[0].endswith(" --tighten --levels")
    assert tightened(leakgate)["gauges"] == gauges
    stored = tightened(leakgate, "--levels")
    assert stored["gauges"]["fd"] == {"allowed": 0, "level": 5}
    assert stored["gauges"]["goroutine"] == {"allowed": 0, "level": 27}


def test_an_exception_that_is_over_and_unused_can_go(leakgate):
    put(leakgate, baseline([exception(1), exception(1, holder="socket:tcp", expires="2026-11-22")]))
    shown = leakgate("report", "-v").stdout
    assert "LEAK  exception expired fd socket:tcp: held until 2026-11-22" in shown
    assert "If this is meant" not in shown
    assert len(next_steps(leakgate)) == 1
    assert tightened(leakgate)["exceptions"] == [exception(1)]


def test_an_exception_that_is_over_and_unused_does_not_stand_in_the_way(leakgate):
    """Beside a growth that is new: the command that accepts this is taken, and the other one goes."""
    gauges = {"goroutine": {"allowed": 2, "reason": "known", "expires": "2026-11-22"}}
    put(leakgate, baseline([exception(1, holder="socket:tcp", expires="2026-11-22")], gauges))
    [line] = [line for line in leakgate("report").stdout.splitlines()
              if line.startswith("If this is meant: ")]
    command = line.partition(": leakgate ")[2].replace("DATE", "2027-02-01").replace("...", "new")
    done = leakgate(*shlex.split(command))
    assert done.returncode == 0, done.stderr
    stored = json.loads(path_of(leakgate).read_text())
    assert [entry["holder"] for entry in stored["exceptions"]] == [HOLDER]
    assert stored["gauges"]["goroutine"] == {"allowed": 0, "level": 26}


def test_what_a_control_shows_is_in_no_baseline(leakgate):
    journal = leaking(baseline())
    journal.records[0]["control"] = "v1.2.2 (go1.26.8)"
    journal.write(leakgate.directory / "leakgate-report")
    shown = leakgate("report", "-v").stdout
    assert "LEAK" in shown and "judged by the control build" in shown
    assert "leakgate accept" not in shown


def test_an_exception_that_is_over_and_used_is_no_matter_of_tightening(leakgate):
    put(leakgate, baseline([exception(3, expires="2026-11-22")]))
    assert next_steps(leakgate) == []
    done = leakgate("accept", "s", "--tighten")
    assert done.returncode == 2
    assert "its verdict is leak" in done.stderr


@pytest.mark.parametrize("make, message", [
    (lambda: journals.Journal("s").failed().end(), "verdict is failed"),
    (lambda: journals.Journal("s").end(played_only=True), "only played"),
    (lambda: leaking(None, per_iteration=3), "verdict is leak"),
])
def test_only_a_pass_shows_what_is_left(leakgate, make, message):
    put(leakgate, baseline([exception(1)]), make())
    before = path_of(leakgate).read_bytes()
    done = leakgate("accept", "s", "--tighten")
    assert done.returncode == 2
    assert message in done.stderr
    assert path_of(leakgate).read_bytes() == before


def test_another_plan_is_not_tightened(leakgate):
    put(leakgate, baseline([exception(3)], plan="fedcba9876543210"))
    done = leakgate("accept", "s", "--tighten")
    assert done.returncode == 2
    assert "made for another plan" in done.stderr


@pytest.mark.parametrize("options, message", [
    (["--tighten", "--holder", KEY, "--reason", "x"], "--tighten accepts nothing"),
    (["--levels"], "--levels belongs to --tighten"),
])
def test_options_that_do_not_go_together(leakgate, options, message):
    put(leakgate, baseline([exception(3)]))
    done = leakgate("accept", "s", *options)
    assert done.returncode == 2
    assert message in done.stderr


def test_without_a_baseline_there_is_nothing_to_tighten(leakgate):
    journals.clean("s").write(leakgate.directory / "leakgate-report")
    done = leakgate("accept", "s", "--tighten")
    assert done.returncode == 2
    assert "it has no baseline that could be tightened" in done.stderr
