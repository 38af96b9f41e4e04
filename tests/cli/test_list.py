"""leakgate list: what there is, what it needs, and whether it has a baseline."""

import json

SCENARIO = """\
version: 1
title: {title}
target: sidecar
tags: [{tags}]
needs: [{needs}]
iteration:
  - press: "1"
  - wait: {{text: Git main}}
"""


def make(leakgate, source):
    scenarios = leakgate.directory / "scenarios"
    scenarios.mkdir()
    (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
    (scenarios / "b-second.yaml").write_text(
        SCENARIO.format(title="Second", tags="gate", needs="no-such-tool"))
    (scenarios / "a-first.yaml").write_text(
        SCENARIO.format(title="Größe ▾", tags="smoke, gate", needs="sh"))


def test_table(leakgate, source):
    make(leakgate, source)
    shown = leakgate("list")
    assert shown.returncode == 0, shown.stderr
    heading, first, second, empty, total = shown.stdout.splitlines()
    assert heading.split() == ["SCENARIO", "TARGET", "TAGS", "NEEDS", "BASELINE", "SECONDS",
                               "TITLE"]
    assert first.split() == ["a-first", "sidecar", "smoke", "gate", "sh", "no", "~56", "Größe",
                             "▾"]
    assert "no-such-tool (missing)" in second
    assert empty == "" and total == "2 scenarios, about 2 min one after the other"
    assert {line.index(title) for line, title in
            [(heading, "TITLE"), (first, "Größe"), (second, "Second")]} == {heading.index("TITLE")}


def test_what_the_target_is_without(leakgate, source):
    make(leakgate, source)
    (leakgate.directory / "old.yaml").write_text(
        "version: 1\nextends: sidecar\nwithout: {b-second: it came later}\n")
    shown = leakgate("list", "--target", "./old.yaml")
    assert shown.returncode == 0, shown.stderr
    heading, first, second, _, total = shown.stdout.splitlines()
    assert heading.split()[-2:] == ["SKIPPED", "TITLE"]
    assert first[heading.index("SKIPPED"):].split()[0] == "-"
    assert second[heading.index("SKIPPED"):].startswith("it came later")
    assert total == "2 scenarios, about 56 s one after the other"
    first, second = json.loads(leakgate("list", "--json", "--target", "./old.yaml").stdout)["scenarios"]
    assert "without" not in first
    assert second["without"] == "it came later"
    assert second["seconds"] == 0


def test_json(leakgate, source):
    make(leakgate, source)
    shown = leakgate("list", "--json")
    first, second = json.loads(shown.stdout)["scenarios"]
    assert first["name"] == "a-first"
    assert first["title"] == "Größe ▾"
    assert first["tags"] == ["smoke", "gate"]
    assert first["baseline"] == "no"
    assert second["missing"] == ["no-such-tool"]


def test_tags(leakgate, source):
    make(leakgate, source)
    names = [s["name"] for s in json.loads(leakgate("list", "--json", "--tag", "smoke").stdout)
             ["scenarios"]]
    assert names == ["a-first"]


def test_needs_are_listed_once_and_only_of_what_is_run(leakgate, source):
    make(leakgate, source)
    (leakgate.directory / "scenarios" / "c-third.yaml").write_text(
        SCENARIO.format(title="Third", tags="gate", needs="ls"))
    (leakgate.directory / "old.yaml").write_text(
        "version: 1\nextends: sidecar\nwithout: {b-second: it came later}\n")

    def needs(*options):
        return leakgate("list", "--needs", *options).stdout
    # Sidecar's target file has projects, which git makes.
    assert needs() == "git\nls\nno-such-tool\nsh\n"
    assert needs("--tag", "smoke") == "git\nsh\n"
    assert needs("c-third") == "git\nls\n"
    assert needs("--target", "./old.yaml") == "git\nls\nsh\n"


def test_a_changed_scenario_has_the_baseline_of_another_plan(leakgate, source):
    make(leakgate, source)
    [first, _] = json.loads(leakgate("list", "--json").stdout)["scenarios"]
    baseline = leakgate.directory / "baselines" / "sidecar" / "a-first.json"
    baseline.parent.mkdir(parents=True)

    def state(plan):
        baseline.write_text(json.dumps({"version": 1, "plan": plan, "go": "go1.26.8",
                                        "platform": "linux/amd64", "gauges": {},
                                        "exceptions": []}))
        return json.loads(leakgate("list", "--json").stdout)["scenarios"][0]["baseline"]

    assert state(first["plan_hash"]) == "yes"
    assert state("0" * 16) == "other plan"


def store(leakgate, scenario, gauges, tools):
    path = leakgate.directory / "baselines" / "sidecar" / f"{scenario}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": 1, "plan": "0123456789abcdef", "go": "", "platform": "",
                                "gauges": gauges, "exceptions": [], "tools": tools}))


def test_tolerances_wider_than_the_default_are_listed(leakgate, source):
    make(leakgate, source)
    store(leakgate, "a-first",
          {"cpu": {"level": 0.1, "tolerance": 0.4, "why": "a cursor blinks"},
           "fd": {"level": 30, "tolerance": 3}},
          {"git": {"per_iteration": 5}, "ps": {"per_iteration": 2, "tolerance": 9.5, "why": "it varies"}})
    shown = leakgate("list", "--tolerances")
    assert shown.returncode == 0, shown.stderr
    heading, *lines = shown.stdout.splitlines()
    assert heading.split() == ["SCENARIO", "GAUGE", "LEVEL", "TOLERANCE", "DEFAULT", "WHY"]
    assert [" ".join(line.split()) for line in lines] == [
        "a-first cpu 0.1 cores 0.4 cores 0.1 cores a cursor blinks",
        "a-first spawn ps 2 9.5 1 it varies"]
    assert leakgate("list", "--tolerances", "b-second").stdout.splitlines() == [
        "SCENARIO  GAUGE  LEVEL  TOLERANCE  DEFAULT  WHY"]
    of_cpu, of_ps = json.loads(leakgate("list", "--tolerances", "--json").stdout)["tolerances"]
    assert of_cpu == {"scenario": "a-first", "gauge": "cpu", "level": 0.1, "tolerance": 0.4,
                      "default": 0.1, "why": "a cursor blinks"}
    assert of_ps["tool"] == "ps" and of_ps["default"] == 1


def test_a_tolerance_without_a_reason_is_an_error(leakgate, source):
    make(leakgate, source)
    store(leakgate, "a-first", {"fd": {"level": 20, "tolerance": 3}}, {})
    for command in ["list", "--tolerances"], ["check"]:
        refused = leakgate(*command)
        assert refused.returncode == 2
        assert "gauges.fd.tolerance: 3 is wider than the default of 2: say under \"why\"" in refused.stderr
