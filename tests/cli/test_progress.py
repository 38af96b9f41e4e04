"""What a person sees on standard error while scenarios run. The program here ends at once."""

import os
import pty
import subprocess
import threading

import conftest
import pytest

TARGET = """\
version: 1
command: [program]
ready: {timeout: 2s, steps: [{wait: ready}]}
quit: {steps: [{press: q}]}
"""
SCENARIO = """\
version: 1
title: A key
target: t
iteration:
  - press: x
"""


@pytest.fixture
def suite(leakgate):
    targets = leakgate.directory / "scenarios" / "targets"
    targets.mkdir(parents=True)
    (targets / "t.yaml").write_text(TARGET)
    for name in "ab":
        (leakgate.directory / "scenarios" / f"{name}.yaml").write_text(SCENARIO)
    program = leakgate.directory / "program"
    program.write_text("#!/bin/sh\nsleep 1\n")
    program.chmod(0o755)
    return leakgate


def on_terminal(leakgate, *words):
    """What it writes to a terminal that is its standard error."""
    ours, its = pty.openpty()
    written = []

    def read():
        try:
            while block := os.read(ours, 65536):
                written.append(block)
        except OSError:  # nobody has it open any more
            pass
    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run([conftest.LEAKGATE, "run", "--program", "./program", *words],
                          cwd=leakgate.directory, env=leakgate.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=its,
                          timeout=60, check=False)
    os.close(its)
    reader.join()
    os.close(ours)
    assert done.returncode == 5
    return b"".join(written).decode()


def test_elsewhere_than_on_a_terminal_one_after_the_other(suite):
    shown = suite("run", "--jobs", "1", "--program", "./program")
    assert shown.returncode == 5
    first, second = [line for line in shown.stderr.splitlines() if line.startswith("[")]
    assert first.startswith("[1/2] a failed (")
    assert second.startswith("[2/2] b failed (")


def test_elsewhere_than_on_a_terminal_side_by_side(suite):
    shown = suite("run", "--jobs", "2", "--program", "./program")
    assert shown.returncode == 5
    first, second = sorted(line for line in shown.stderr.splitlines() if line.startswith("["))
    assert first.startswith("[1/2] ") and second.startswith("[2/2] ")
    assert {first.split()[1], second.split()[1]} == {"a", "b"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_on_a_terminal(suite, jobs):
    written = on_terminal(suite, "--jobs", str(jobs))
    assert "\r\na: starting\r\n" in written and "0 of 2 done, about " in written
    assert "[1/2] " in written and "[2/2] " in written
    assert ("a: starting\r\nb: starting\r\n" in written) == (jobs == 2)
    last = written.rpartition("\n")[2]
    assert last == "", "what was drawn is gone"
    assert written.rstrip().endswith(")"), written


def test_a_single_one_on_a_terminal(suite):
    """Its report says at once what became of it."""
    written = on_terminal(suite, "a")
    assert "\r\na: starting\r\n" in written
    assert "done" not in written and "[1/1]" not in written


def test_what_is_only_played_has_no_estimate(suite):
    """How long it takes is not known."""
    written = on_terminal(suite, "--iterations", "1")
    assert "0 of 2 done\r\n" in written and " left" not in written
