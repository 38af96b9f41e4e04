"""The detection benchmark's table of classes, and the recorder's command line. Nothing is recorded
here; that each kind of leak exists is for the stand-in's own tests."""

import collections
import os
import subprocess
import sys

import pytest

FOLDER = "tests/bench/detection"
GAUGES = {"fd", "goroutine", "child", "zombie", "heap_stack", "cpu", "spawn", "output"}


@pytest.fixture
def table(source, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(source, FOLDER))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import classes
    return classes


def record(source, *words):
    return subprocess.run([os.path.join(source, FOLDER, "record"), *words],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                          encoding="utf-8")


def test_every_class_says_what_is_expected(table):
    rows = table.load()
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        assert os.path.exists(table.scenario_path(row)), row
        assert row["runs"] >= 2 * table.TUNING_EVERY, row
        if row["kind"] == "clean":
            assert row["gauge"] is row["holder"] is row["per_iteration"] is None, row
        else:
            assert row["kind"] == "leak" and row["gauge"] in GAUGES and row["leak"], row
            assert (row["gauge"] == "heap_stack") == ("bytes_per_iteration" in row), row


def test_both_halves_have_each_variant(table):
    for row in table.load():
        halves = collections.defaultdict(set)
        for run in range(row["runs"]):
            halves[run % table.TUNING_EVERY == 0].add(table.target_text(row, run))
        assert halves[True] == halves[False], row["name"]


def test_every_class_can_be_played(table, leakgate, source, tmp_path):
    targets = collections.defaultdict(set)
    for row in table.load():
        targets[table.scenario_path(row)].add(table.target_text(row, 0))
    for scenario, texts in targets.items():
        for number, text in enumerate(sorted(texts)):
            target = tmp_path / f"target-{number}.yaml"
            target.write_text(text, encoding="utf-8")
            checked = leakgate("check", scenario, "--target", target,
                               "--scenarios", os.path.join(source, "scenarios"))
            assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_recorder_lists_what_is_chosen(source):
    shown = record(source, "--list", "--classes", "clean,late")
    assert shown.returncode == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [
        "clean", "fd-late", "goroutine-late", "times-fd-late", "times-goroutine-late"]


@pytest.mark.parametrize("words, message", [
    ([], "DIR is missing"),
    (["x", "--classes", "claen"], "no such class or tag: claen"),
    (["x", "-j", "0"], "a whole number from 1"),
    (["x", "--leakgate", "no/such/leakgate"], "no leakgate at no/such/leakgate"),
])
def test_what_the_recorder_does_not_understand(source, words, message):
    shown = record(source, *words)
    assert shown.returncode == 2
    assert message in shown.stderr
    assert shown.stdout == ""
