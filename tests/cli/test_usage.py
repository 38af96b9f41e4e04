"""Help texts, and command lines that leakgate does not understand."""

import subprocess

import pytest

COMMANDS = ["run", "accept", "check", "list", "report", "diff", "fetch"]


def test_version(leakgate):
    shown = leakgate("--version")
    assert shown.returncode == 0
    assert shown.stdout.startswith("leakgate 0.")


def test_help_names_every_command(leakgate):
    shown = leakgate("--help")
    assert shown.returncode == 0
    assert shown.stderr == ""
    for command in COMMANDS:
        assert f"\n  {command} " in shown.stdout
    assert "Exit status:" in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(leakgate, command):
    shown = leakgate(command, "--help")
    assert shown.returncode == 0
    assert shown.stdout.startswith(f"Usage: leakgate {command} ")
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert leakgate("help", command).stdout == shown.stdout
    assert leakgate(command, "-h").stdout == shown.stdout


def test_help_names_defaults(leakgate):
    shown = leakgate("run", "--help")
    assert "--report DIR" in shown.stdout
    assert "(default:\n" in shown.stdout or "(default: leakgate-report)" in shown.stdout


def test_without_a_command(leakgate):
    shown = leakgate()
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert "Usage: leakgate" in shown.stderr


@pytest.mark.parametrize("words, message", [
    (["rum"], "unknown command rum; did you mean run?"),
    (["xyzzy"], "unknown command xyzzy; see leakgate --help"),
    (["help", "rum"], "did you mean run?"),
    (["--json", "run"], "the command comes first"),
    (["run", "--jsn"], "unknown option --jsn; did you mean --json?"),
    (["run", "--iteration=3"], "did you mean --iterations?"),
    (["run", "--holder", "x"], "unknown option --holder"),
    (["run", "-x"], "unknown option -x"),
    (["run", "--iterations"], "--iterations needs N"),
    (["run", "--iterations", "0"], "whole number from 1"),
    (["run", "--iterations", "-1"], "whole number from 1"),
    (["run", "--iterations=3x"], "whole number from 1"),
    (["run", "--fail-on", "leek"], "--fail-on is one of leak|inconclusive"),
    (["run", "--fail-on", "leak|inconclusive"], "--fail-on is one of"),
    (["run", "--json=yes"], "--json takes no value"),
    (["run", "--report="], "--report needs a value"),
    (["accept", "s", "--holder", "x", "--expires", "soon"], "a date as YYYY-MM-DD"),
    (["report", "x"], "report takes no operand"),
])
def test_what_is_not_understood_is_exit_2_with_a_hint(leakgate, words, message):
    shown = leakgate(*words)
    assert shown.returncode == 2
    assert message in shown.stderr
    assert shown.stdout == ""


def test_output_that_cannot_be_written_is_an_error(leakgate):
    """A full disk must not look like a result."""
    import conftest
    with open("/dev/full", "wb") as full:
        done = subprocess.run([conftest.LEAKGATE, "--help"], stdout=full, stderr=subprocess.PIPE,
                              check=False)
    assert done.returncode == 70
    assert b"standard output" in done.stderr


def test_escape_sequences_in_a_name_do_not_reach_the_terminal(leakgate):
    assert "\x1b" not in leakgate("\x1b[2J").stderr
    assert "\x1b" not in leakgate("run", "--\x1b[2J").stderr
