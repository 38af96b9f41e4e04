"""leakgate accept: baselines are made from runs, by people, with reasons."""

import json

import journals
import pytest

KEY = "fd anon_inode:[eventpoll]"


def stored(leakgate, scenario):
    return leakgate.directory / "baselines" / "standin" / f"{scenario}.json"


def judged_by(baseline, journal, leakgate, report):
    """What the same run comes to by another baseline."""
    journal.records[0]["baseline"] = baseline
    journal.write(report)
    [judged] = [scenario for scenario in
                json.loads(leakgate("report", "--json").stdout)["scenarios"]
                if scenario["name"] == journal.records[0]["scenario"]]
    return judged


def accept_leak(leakgate, **changes):
    options = {"holder": KEY, "reason": "upstream keeps it", "expires": "2027-01-31", **changes}
    words = [word for name, value in options.items() if value
             for word in (f"--{name}", value)]
    return leakgate("accept", "external-editor", *words)


def test_a_pass_becomes_a_baseline(leakgate, report):
    done = leakgate("accept", "tab-cycle")
    assert done.returncode == 0, done.stderr
    assert "baselines/standin/tab-cycle.json: new" in done.stdout
    assert "fd at rest 4" in done.stdout
    baseline = json.loads(stored(leakgate, "tab-cycle").read_text())
    assert baseline["plan"] == "0123456789abcdef"
    assert baseline["go"] == "go1.26.8"
    assert baseline["platform"] == "linux/amd64"
    assert baseline["gauges"]["fd"] == {"allowed": 0, "level": 4}
    assert baseline["gauges"]["goroutine"]["level"] == 26
    assert baseline["exceptions"] == []


def test_the_same_run_gives_the_same_bytes(leakgate, report):
    leakgate("accept", "tab-cycle")
    first = stored(leakgate, "tab-cycle").read_bytes()
    again = leakgate("accept", "tab-cycle")
    assert "unchanged" in again.stdout
    assert stored(leakgate, "tab-cycle").read_bytes() == first
    stored(leakgate, "tab-cycle").unlink()
    leakgate("accept", "tab-cycle")
    assert stored(leakgate, "tab-cycle").read_bytes() == first
    assert first.endswith(b"}\n")


def test_how_long_it_took_is_stored_and_does_not_churn(leakgate, report):
    leakgate("accept", "tab-cycle")
    path = stored(leakgate, "tab-cycle")
    baseline = json.loads(path.read_text())
    assert baseline["seconds"] == 130
    for stands, becomes in [(110, 110), (150, 150), (90, 130), (200, 130)]:
        path.write_text(json.dumps({**baseline, "seconds": stands}))
        shown = leakgate("accept", "tab-cycle")
        assert json.loads(path.read_text())["seconds"] == becomes
        assert (f"seconds {stands} -> 130" in shown.stdout) == (stands != becomes)
    path.write_text(json.dumps({**baseline, "seconds": "130"}))
    assert "seconds: must be a whole number" in leakgate("accept", "tab-cycle").stderr


def test_a_leak_is_refused_and_names_what_to_name(leakgate, report):
    done = leakgate("accept", "external-editor")
    assert done.returncode == 2
    assert f"--holder '{KEY}'" in done.stderr
    assert not stored(leakgate, "external-editor").exists()


def test_a_named_holder_becomes_an_exception(leakgate, report):
    done = accept_leak(leakgate, issue="https://example.org/1")
    assert done.returncode == 0, done.stderr
    assert "+ exception fd anon_inode:[eventpoll]: 1.00 per iteration until 2027-01-31" in done.stdout
    [exception] = json.loads(stored(leakgate, "external-editor").read_text())["exceptions"]
    assert exception == {"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1,
                         "reason": "upstream keeps it", "expires": "2027-01-31",
                         "issue": "https://example.org/1"}


def test_a_holder_by_its_number_in_the_report(leakgate, report):
    shown = leakgate("report").stdout
    assert "held by   anon_inode:[eventpoll]  +42  #1\n" in shown
    done = accept_leak(leakgate, holder="#1")
    assert done.returncode == 0, done.stderr
    by_number = stored(leakgate, "external-editor").read_text()
    stored(leakgate, "external-editor").unlink()
    accept_leak(leakgate)
    assert stored(leakgate, "external-editor").read_text() == by_number


@pytest.mark.parametrize("number", ["#0", "#2", "#", "#1x", "#-1"])
def test_a_number_that_no_holder_has(leakgate, report, number):
    done = accept_leak(leakgate, holder=number)
    assert done.returncode == 2
    assert f"there is no holder '{number}' to accept" in done.stderr


def test_a_number_is_of_one_scenario(leakgate, report):
    done = leakgate("accept", "external-editor", "tab-cycle", "--holder", "#1", "--reason", "known")
    assert done.returncode == 2
    assert "--holder '#1' is of one scenario" in done.stderr
    assert not stored(leakgate, "external-editor").exists()


def test_with_its_exception_the_run_is_a_pass(leakgate, report):
    accept_leak(leakgate)
    baseline = json.loads(stored(leakgate, "external-editor").read_text())
    journal = journals.leaking()
    journal.records[0]["baseline"] = baseline
    journal.write(report)
    result = json.loads(leakgate("report", "--json").stdout)
    verdicts = {s["name"]: s["verdict"] for s in result["scenarios"]}
    assert verdicts["external-editor"] == "pass"


def test_exceptions_that_stand_already_are_kept(leakgate, report):
    accept_leak(leakgate)
    again = leakgate("accept", "external-editor")
    assert again.returncode == 0, again.stderr
    assert "unchanged" in again.stdout


def test_an_exception_gets_another_reason_and_date(leakgate, report):
    accept_leak(leakgate, issue="https://example.org/1")
    done = accept_leak(leakgate, reason="it waits for a release", expires="2027-06-30")
    assert done.returncode == 0, done.stderr
    shown = "1.00 per iteration until {}: {} (https://example.org/1)\n"
    assert f"- exception {KEY}: " + shown.format("2027-01-31", "upstream keeps it") in done.stdout
    assert f"+ exception {KEY}: " + shown.format("2027-06-30", "it waits for a release") in done.stdout
    kept = accept_leak(leakgate, reason="it still waits", expires=None)
    assert f"+ exception {KEY}: " + shown.format("2027-06-30", "it still waits") in kept.stdout
    [exception] = json.loads(stored(leakgate, "external-editor").read_text())["exceptions"]
    assert (exception["reason"], exception["expires"]) == ("it still waits", "2027-06-30")


def test_an_allowance_of_a_gauge_gets_another_reason(leakgate, report):
    spread().write(report)
    leakgate("accept", "spread", "--holder", "fd", "--reason", "a pool fills", "--expires", "2027-01-31")
    done = leakgate("accept", "spread", "--holder", "fd", "--reason", "it fills slowly")
    assert done.returncode == 0, done.stderr
    assert "fd allowed until 2027-01-31: it fills slowly\n" in done.stdout


def test_what_reads_the_same_is_not_shown(leakgate, report):
    journals.at_work("spins", cpu=0.97).end().write(report)
    leakgate("accept", "spins")
    baseline = json.loads(stored(leakgate, "spins").read_text())
    baseline["gauges"]["cpu"]["level"] += 0.001
    stored(leakgate, "spins").write_text(json.dumps(baseline))
    done = leakgate("accept", "spins")
    assert done.stdout == "baselines/standin/spins.json: changed by less than is shown\n"


def test_levels_that_moved_are_shown(leakgate, report):
    leakgate("accept", "tab-cycle")
    journals.Journal("tab-cycle").measured(lambda i: {"pipe": 30}).end().write(report)
    done = leakgate("accept", "tab-cycle")
    assert done.returncode == 0, done.stderr
    assert "baselines/standin/tab-cycle.json: changed" in done.stdout
    assert "fd at rest 4 -> 30 (raised)\n" in done.stdout
    assert "goroutine" not in done.stdout


def test_tolerances_of_the_old_baseline_stay(leakgate, report):
    leakgate("accept", "tab-cycle")
    baseline = json.loads(stored(leakgate, "tab-cycle").read_text())
    baseline["gauges"]["fd"] |= {"tolerance": 7, "why": "it is not always there"}
    stored(leakgate, "tab-cycle").write_text(json.dumps(baseline))
    leakgate("accept", "tab-cycle")
    stays = json.loads(stored(leakgate, "tab-cycle").read_text())["gauges"]["fd"]
    assert stays["tolerance"] == 7 and stays["why"] == "it is not always there"


def test_a_tolerance_that_became_wider_than_the_default_has_to_say_why(leakgate, report):
    leakgate("accept", "tab-cycle")
    baseline = json.loads(stored(leakgate, "tab-cycle").read_text())
    baseline["gauges"]["fd"] |= {"level": 70, "tolerance": 7}
    stored(leakgate, "tab-cycle").write_text(json.dumps(baseline))
    refused = leakgate("accept", "tab-cycle")
    assert refused.returncode == 2
    assert "gauges.fd.tolerance: 7 is wider than the default of 2" in refused.stderr
    assert json.loads(stored(leakgate, "tab-cycle").read_text()) == baseline


def test_tools_are_stored_and_compared(leakgate, report):
    journals.at_work().end().write(report)
    done = leakgate("accept", "tools")
    assert done.returncode == 0, done.stderr
    assert "spawn git per iteration 3.00" in done.stdout
    baseline = json.loads(stored(leakgate, "tools").read_text())
    assert baseline["tools"] == {"git": {"per_iteration": 3}, "ps": {"per_iteration": 0}}

    busier = journals.at_work(git=5).end()
    busier.records[0]["baseline"] = baseline
    busier.write(report)
    shown = leakgate("report", "--from", report).stdout
    assert "level spawn git: started 5.00 times per iteration" in " ".join(shown.split())
    assert "If this is meant: leakgate accept tools --from" in shown
    baseline["tools"]["git"] |= {"tolerance": 2.5, "why": "by the clock"}
    stored(leakgate, "tools").write_text(json.dumps(baseline))
    done = leakgate("accept", "tools")
    assert done.returncode == 0, done.stderr
    assert "spawn git per iteration 3.00 -> 5.00" in done.stdout
    assert json.loads(stored(leakgate, "tools").read_text())["tools"]["git"] == {
        "per_iteration": 5, "tolerance": 2.5, "why": "by the clock"}


def test_a_fault_at_rest_is_accepted_as_any_level(leakgate, report):
    journals.at_work("spins", cpu=0.97).end().write(report)
    shown = leakgate("report", "--from", report)
    assert "level cpu: 1.02 cores at rest; no level is stored" in " ".join(shown.stdout.split())
    done = leakgate("accept", "spins")
    assert done.returncode == 0, done.stderr
    baseline = json.loads(stored(leakgate, "spins").read_text())
    assert baseline["gauges"]["cpu"]["level"] == 1.021
    spins = judged_by(baseline, journals.at_work("spins", cpu=0.97).end(), leakgate, report)
    assert spins["verdict"] == "pass"


def test_what_comes_with_a_goroutine_is_accepted_with_it(leakgate, report):
    journals.ticking().write(report)
    done = leakgate("accept", "ticks", "--holder", "goroutine tea.Tick.func", "--reason", "known")
    assert done.returncode == 0, done.stderr
    baseline = json.loads(stored(leakgate, "ticks").read_text())
    assert [exception["gauge"] for exception in baseline["exceptions"]] == ["goroutine"]
    ticks = judged_by(baseline, journals.ticking(), leakgate, report)
    assert ticks["verdict"] == "pass"
    assert [finding["kind"] for finding in ticks["findings"]] == ["companion", "allowed"]


def test_a_stack_is_accepted_by_the_function_that_is_shown_first(leakgate, report):
    """What the report offers is short; what is stored is the whole stack."""
    journals.keeping().write(report)
    assert "--holder 'heap_stack main.keep' --reason" in leakgate("report").stdout
    assert "--holder 'heap_stack main.keep'" in leakgate("accept", "log").stderr
    assert leakgate("accept", "log", "--holder", "heap_stack main.main", "--reason", "x").returncode == 2
    done = leakgate("accept", "log", "--holder", "heap_stack main.keep", "--reason", "a log")
    assert done.returncode == 0, done.stderr
    [exception] = json.loads(stored(leakgate, "log").read_text())["exceptions"]
    assert exception["holder"] == "main.keep < main.main"


def test_a_leaked_goroutine_is_accepted_by_its_site(leakgate, report):
    journals.leaked().write(report)
    assert leakgate("accept", "lost").returncode == 2
    done = leakgate("accept", "lost", "--holder", "goroutine_leak main.lost", "--reason", "known")
    assert done.returncode == 0, done.stderr
    [exception] = json.loads(stored(leakgate, "lost").read_text())["exceptions"]
    assert exception["gauge"] == "goroutine_leak"
    again = journals.leaked()
    again.records[0]["baseline"] = json.loads(stored(leakgate, "lost").read_text())
    again.write(report)
    [lost] = [scenario for scenario in
              json.loads(leakgate("report", "--json").stdout)["scenarios"]
              if scenario["name"] == "lost"]
    assert lost["verdict"] == "pass"
    assert [finding["kind"] for finding in lost["findings"]] == ["allowed"]


@pytest.mark.parametrize("changes, message", [
    ({"reason": None}, "needs a --reason"),
    ({"holder": None}, "belong to a --holder"),
    ({"expires": "2026-01-01"}, "is before the run"),
    ({"expires": "2027-02-30"}, "needs a date"),
    ({"issue": "URL"}, "exceptions[0].issue: must be an address that begins with https:// or http://"),
    ({"reason": "  "}, "say why it is accepted"),
    ({"holder": "fd pipes"}, "not accepted"),
])
def test_consent_must_be_whole(leakgate, report, changes, message):
    done = accept_leak(leakgate, **changes)
    assert done.returncode == 2
    assert message in done.stderr
    assert not stored(leakgate, "external-editor").exists()


def test_a_holder_that_does_not_leak_is_an_error(leakgate, report):
    done = leakgate("accept", "tab-cycle", "--holder", "fd pipe", "--reason", "x")
    assert done.returncode == 2
    assert "nothing that leaks is called 'fd pipe'" in done.stderr
    assert not stored(leakgate, "tab-cycle").exists()


def test_all_or_nothing(leakgate, report):
    done = leakgate("accept", "tab-cycle", "external-editor")
    assert done.returncode == 2
    assert not stored(leakgate, "tab-cycle").exists()


@pytest.mark.parametrize("make, message", [
    (lambda: journals.Journal("s").failed().end(), "verdict is failed"),
    (lambda: journals.Journal("s").failed("invalid").end(), "verdict is invalid"),
    (lambda: journals.Journal("s").end(played_only=True), "only played"),
    (lambda: journals.Journal("s").measured(lambda i: {"pipe": 3})
     .end(left_behind=["tmux: server (9)"]), "tmux: server (9)"),
])
def test_what_is_no_pass_is_refused(leakgate, make, message):
    make().write(leakgate.directory / "leakgate-report")
    done = leakgate("accept", "s")
    assert done.returncode == 2
    assert message in done.stderr


def test_refused_in_continuous_integration(leakgate, report):
    done = leakgate("accept", "tab-cycle", CI="true")
    assert done.returncode == 2
    assert "continuous integration" in done.stderr
    assert not stored(leakgate, "tab-cycle").exists()


def test_unknown_scenario(leakgate, report):
    done = leakgate("accept", "tab-cycel")
    assert done.returncode == 2
    assert "has no run of the scenario" in done.stderr
    assert leakgate("accept", "../x").returncode == 2
    assert leakgate("accept").returncode == 2


def test_a_broken_baseline_is_named(leakgate, report):
    stored(leakgate, "tab-cycle").parent.mkdir(parents=True)
    stored(leakgate, "tab-cycle").write_text('{"version": 1,\n "plan": }')
    done = leakgate("accept", "tab-cycle")
    assert done.returncode == 2
    assert "tab-cycle.json:2:" in done.stderr


def spread(scenario="spread"):
    """Each iteration keeps another file: the gauge grows, and no holder by more than one."""
    def fds(i):
        return {"pipe": 6, **{f"/var/lib/{file}": 1 for file in range(i)}}
    return journals.Journal(scenario).measured(fds, drained=fds(42)).end()


def test_growth_of_a_gauge_that_no_holder_explains(leakgate, report):
    spread().write(report)
    assert "--holder fd\n" in leakgate("accept", "spread").stderr
    done = leakgate("accept", "spread", "--holder", "fd", "--reason", "a pool fills",
                    "--issue", "https://example.org/2", "--expires", "2027-01-31")
    assert done.returncode == 0, done.stderr
    assert "fd allowed until 2027-01-31: a pool fills" in done.stdout
    fd = json.loads(stored(leakgate, "spread").read_text())["gauges"]["fd"]
    assert fd == {"allowed": 1, "level": 6, "reason": "a pool fills", "expires": "2027-01-31",
                  "issue": "https://example.org/2"}
    journal = spread()
    journal.records[0]["baseline"] = json.loads(stored(leakgate, "spread").read_text())
    journal.write(report)
    assert "allowed fd: a pool fills; " in leakgate("report", "-v").stdout


def test_an_allowance_of_a_gauge_that_is_over_can_be_prolonged(leakgate, report):
    spread().write(report)
    leakgate("accept", "spread", "--holder", "fd", "--reason", "a pool fills")
    baseline = json.loads(stored(leakgate, "spread").read_text())
    baseline["gauges"]["fd"]["expires"] = "2026-11-22"
    stored(leakgate, "spread").write_text(json.dumps(baseline))
    assert leakgate("accept", "spread").returncode == 2
    done = leakgate("accept", "spread", "--holder", "fd", "--reason", "still", "--expires",
                    "2027-06-30")
    assert done.returncode == 0, done.stderr
    assert "fd allowed until 2027-06-30: still" in done.stdout
    fd = json.loads(stored(leakgate, "spread").read_text())["gauges"]["fd"]
    assert (fd["allowed"], fd["reason"], fd["expires"]) == (1, "still", "2027-06-30")


def test_levels_that_go_down_are_not_marked(leakgate, report):
    leakgate("accept", "tab-cycle")
    journals.Journal("tab-cycle").measured(lambda i: {"pipe": 2}).end().write(report)
    assert "fd at rest 4 -> 2\n" in leakgate("accept", "tab-cycle").stdout


# A build's artifact, on a developer's machine.

@pytest.fixture
def artifact(leakgate):
    """As it was unpacked: the report in a directory of its own, paths of the build's machine in it."""
    report = leakgate.directory / "downloads" / "leakgate-linux" / "out" / "leakgate-report"
    for journal in [journals.leaking(), journals.clean()]:
        journal.records[0].update(world="/home/runner/temporary/leakgate-x",
                                  file="/home/runner/app/scenarios/tab-cycle.yaml",
                                  program="/home/runner/app/app")
        journal.write(report)
    stored = json.loads(leakgate("report", "--from", report, "--json").stdout)
    stored.update(baselines="/home/runner/app/baselines", options="--program /home/runner/app")
    (report / "result.json").write_text(json.dumps(stored))
    return leakgate.directory / "downloads"


@pytest.mark.parametrize("below", ["", "leakgate-linux", "leakgate-linux/out/leakgate-report"])
def test_from_an_artifact_of_a_build(leakgate, artifact, below):
    done = leakgate("accept", "tab-cycle", "--from", artifact / below)
    assert done.returncode == 0, done.stderr
    assert "baselines/standin/tab-cycle.json: new" in done.stdout
    assert json.loads(stored(leakgate, "tab-cycle").read_text())["gauges"]["fd"]["level"] == 4
    done = accept_leak(leakgate, **{"from": str(artifact / below)})
    assert done.returncode == 0, done.stderr
    assert "home/runner" not in stored(leakgate, "external-editor").read_text()


def test_from_artifacts_of_shards(leakgate, artifact):
    other = artifact / "leakgate-2"
    journals.clean("quiet").write(other)
    done = leakgate("accept", "tab-cycle", "quiet", "--from", artifact)
    assert done.returncode == 0, done.stderr
    assert stored(leakgate, "quiet").exists() and stored(leakgate, "tab-cycle").exists()
    journals.clean("quiet").write(artifact / "leakgate-3")
    done = leakgate("accept", "quiet", "--from", artifact)
    assert done.returncode == 2
    assert "leakgate-2 and " in done.stderr and 'have a run of the scenario "quiet"' in done.stderr
    done = leakgate("report", "--from", artifact)
    assert done.returncode == 2
    assert "holds 3 reports" in done.stderr and "leakgate merge" in done.stderr


def test_from_an_archive_that_is_not_unpacked(leakgate, artifact):
    (artifact / "leakgate.zip").write_bytes(b"PK\x03\x04")
    done = leakgate("accept", "tab-cycle", "--from", artifact / "leakgate.zip")
    assert done.returncode == 2
    assert "leakgate.zip is a file; unpack the archive (unzip FILE -d DIR)" in done.stderr
    done = leakgate("accept", "nothing", "--from", artifact)
    assert 'has no run of the scenario "nothing"' in done.stderr


def test_the_report_of_an_artifact(leakgate, artifact):
    done = leakgate("report", "--from", artifact)
    assert done.returncode == 0, done.stderr
    assert "1 leak, 1 passed" in done.stdout


@pytest.mark.parametrize("reason", ["...", "  ", "?!", "12"])
def test_dots_are_no_reason(leakgate, reason):
    journals.leaking("s").write(leakgate.directory / "leakgate-report")
    done = leakgate("accept", "s", "--holder", KEY, "--reason", reason)
    assert done.returncode == 2 and "say why it is accepted" in done.stderr
    assert not stored(leakgate, "s").exists()


def test_a_dry_run_writes_nothing(leakgate):
    journals.leaking("s").write(leakgate.directory / "leakgate-report")
    words = ("accept", "s", "--holder", KEY, "--reason", "known")
    done = leakgate(*words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert ": new (nothing is written)\n" in done.stdout and "+ exception" in done.stdout
    assert not stored(leakgate, "s").exists()
    assert leakgate(*words).stdout == done.stdout.replace(" (nothing is written)", "")
    assert stored(leakgate, "s").exists()


def test_a_red_run_says_nothing_of_how_long_it_takes(leakgate):
    journals.leaking("s").write(leakgate.directory / "leakgate-report")
    assert leakgate("accept", "s", "--holder", KEY, "--reason", "known").returncode == 0
    assert "seconds" not in json.loads(stored(leakgate, "s").read_text())
