"""docs/triage.md: every command in it is accepted, and every row of its table has a test."""

import pathlib
import re

import test_triage
import yaml
from conftest import SOURCE
from test_triage import start  # pylint: disable=unused-import

PAGE = pathlib.Path(SOURCE, "docs", "triage.md").read_text("utf-8")
ROWS = [line.strip("|").split("|") for line in PAGE.splitlines()
        if line.startswith("|") and "`test_" in line]
SIGNS = {f"test_a_sign[{row.name}]" for row in test_triage.ROWS}


def known_tests():
    return {name for name in vars(test_triage) if name.startswith("test_")} | SIGNS | \
        {f"test_a_busy_program[{row.name}]" for row in test_triage.BUSY}


def test_every_row_has_a_test_that_exists():
    assert len(ROWS) >= 14
    named = {name for row in ROWS for name in re.findall(r"`(test_[^`]+)`", row[-1])}
    assert named - known_tests() == set()
    assert SIGNS <= named


def test_every_flag_has_a_row():
    source = pathlib.Path(SOURCE)
    rows = re.findall(r'^    \{"(\w+)", HEALTHY_',
                      (source / "harness/scenario/healthy.c").read_text("utf-8"), re.MULTILINE)
    target = yaml.safe_load((source / "scenarios/targets/sidecar.yaml").read_text("utf-8"))
    named = {name for row in ROWS for name in re.findall(r"`(\w+)`:", row[2])}
    assert named == {*rows, *target["healthy"]}


def test_every_command_is_accepted(leakgate, start):
    target = start()
    test_triage.until(lambda: target.port)
    commands = {command for row in ROWS for command in re.findall(r"`leakgate ([^`]+)`", row[1])}
    assert len(commands) >= 4
    for command in commands:
        words = command.replace("PID", str(target.pid)).replace("PORT", str(target.port)).split()
        shown = leakgate(*words)
        assert shown.returncode in (0, 1), command + shown.stderr
