"""The benchmarks' command line, and how their numbers are summed up. Nothing is measured here."""

import os
import subprocess
import sys

import pytest


def bench(source, *words):
    return subprocess.run([os.path.join(source, "tests/bench/run"), *words],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                          encoding="utf-8")


def test_help_names_every_part(source):
    shown = bench(source, "--help")
    assert shown.returncode == 0
    for word in ("sample", "reaction", "switch", "fd", "triage", "--quick", "--json", "--program"):
        assert word in shown.stdout


@pytest.mark.parametrize("words, message", [
    (["smaple"], "unknown part smaple: one of sample, reaction, switch, fd, triage"),
    (["--repeats", "0"], "a whole number from 1"),
    (["--program", "x", "--standin"], "cannot be used together"),
    (["--leakgate", "no/such/leakgate"], "no leakgate at no/such/leakgate"),
])
def test_what_is_not_understood(source, words, message):
    shown = bench(source, *words)
    assert shown.returncode == 2
    assert message in shown.stderr
    assert shown.stdout == ""


def test_a_row_is_held_against_its_limit_by_the_median(source, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(source, "tests/bench"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    from spread import Row, table
    assert Row("x", "ms", [1, 1, 9], ("at most", 2)).holds is True
    assert Row("x", "ms", [1, 3, 9], ("at most", 2)).holds is False
    assert Row("x", "x", [4, 6, 7], ("at least", 5)).holds is True
    assert Row("x", "x", [6, 6, 6], ("at least", 5), judged=False).holds is None
    assert "SKIPPED" in table([Row("x", "ms", [])])
    found = Row("x", "ms", [4, 1, 3, 2]).to_json()
    assert (found["median"], found["least"], found["most"], found["repeats"]) == (2.5, 1, 4, 4)
