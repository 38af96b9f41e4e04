"""leakgate record: somebody plays a round trip in a terminal, and it becomes a scenario that plays."""

import os
import pathlib
import signal
import sys

import pytest

from person import ENTER, MARK, Session, recorded, steps

# A menu that is read line by line, as a program of no library does it.
MENU = f"""\
#!{sys.executable}
import os, signal, sys, termios

def draw(text):
    print("\\x1b[?1049h\\x1b[?1000h\\x1b[?25l\\x1b[31m\\x1b[2J\\x1b[H" + text, end="> ", flush=True)

def draw_menu(*_):
    draw(f"Main menu {{os.get_terminal_size().columns}}\\n" + "more\\n" * grown)

def echo(on):
    modes = termios.tcgetattr(0)
    modes[3] = modes[3] | termios.ECHO if on else modes[3] & ~termios.ECHO
    termios.tcsetattr(0, termios.TCSADRAIN, modes)

grown = 0
signal.signal(signal.SIGWINCH, draw_menu)
while True:
    draw_menu()
    line = sys.stdin.readline().strip()
    if line == "other":
        draw("Another page\\n")
        sys.stdin.readline()
    elif line == "login":
        echo(False)
        draw("Password:")
        sys.stdin.readline()
        echo(True)
    elif line == "grow":
        grown += 1
    elif line == "quit":
        print("\\x1b[?1000l\\x1b[?1049l", end="", flush=True)
        sys.exit(3)
"""
TARGET = """\
version: 1
command: [{program}]
ready: {{steps: [wait: Main menu, settle: {{}}]}}
quit: {{status: 3, steps: [type: "quit\\n"]}}
"""


@pytest.fixture
def menu(leakgate):
    program = leakgate.directory / "menu"
    program.write_text(MENU)
    program.chmod(0o755)
    targets = leakgate.directory / "scenarios" / "targets"
    targets.mkdir(parents=True)
    (targets / "menu.yaml").write_text(TARGET.format(program=program))
    return leakgate


TRIP = ["settle: {}", "type: other", 'wait: {text: "> other"}', "press: Enter", "wait: {text: Another page}",
        "press: Enter", "wait: {gone: Another page}"]


def test_what_is_played_between_the_marks_becomes_a_scenario_that_plays(menu):
    session = Session(menu, "trip")
    session.start()
    session.press(MARK, "other", ENTER, ENTER)
    assert not recorded(menu)
    session.press(MARK)
    status, text = session.end()
    assert status == 0, text
    assert steps(recorded(menu)) == TRIP
    assert "played 3 times, 3 round trips each" in text and "wait: {text: Another page}" in text
    assert menu("check", "trip").returncode == 0
    # Nothing of leakgate's own is left, and colours went through.
    assert b"\x1b[31m" in session.shown
    assert not [path for path in menu.directory.iterdir() if path.name.startswith("leakgate-")]


def test_the_round_trip_is_found_when_the_program_is_quit(menu):
    session = Session(menu, "trip")
    session.start()
    session.press("other", ENTER, ENTER, "quit", ENTER)
    status, text = session.end()
    assert status == 0, text
    assert steps(recorded(menu)) == TRIP


def test_the_way_to_the_round_trip_is_the_setup(menu):
    session = Session(menu, "trip")
    session.start()
    session.press("grow", ENTER, MARK, "other", ENTER, ENTER, MARK)
    status, text = session.end()
    assert status == 0, text
    assert "setup:\n  - settle: {}\n  - type: grow\n" in recorded(menu)
    assert steps(recorded(menu)) == TRIP


def test_a_password_is_not_kept(menu):
    session = Session(menu, "trip")
    session.start()
    session.press(MARK, "login", ENTER, "hunter2", ENTER, MARK)
    status, text = session.end()
    assert status == 0, text
    assert "hunter2" not in text and "hunter2" not in recorded(menu)
    assert 'type: "${password}"' in steps(recorded(menu))
    assert "vars:\n  password: not-kept\n" in recorded(menu)
    assert "What was typed while echo was off is not kept" in text


def test_a_resize_reaches_the_program_and_is_a_step(menu):
    session = Session(menu, "trip")
    session.start()
    session.press(MARK)
    session.resize(80, 24)
    session.until("Main menu 80")
    session.rest()
    session.resize(100, 30)
    session.rest()
    session.press(MARK)
    status, text = session.end()
    assert status == 0, text
    assert "setup:\n  - resize: 100x30\n" in recorded(menu)
    assert [step for step in steps(recorded(menu)) if step.startswith("resize")] == [
        "resize: 80x24", "resize: 100x30"]


# --- The terminal is given back ---

def test_a_program_that_is_killed_leaves_the_terminal_whole(menu):
    session = Session(menu, "trip")
    session.start()
    session.press(MARK, "other", ENTER)
    worker = session.children()[1]
    target = pathlib.Path(f"/proc/{worker}/task/{worker}/children").read_text().split()[0]
    os.kill(int(target), signal.SIGKILL)
    status, text = session.end()
    assert status == 5, text
    assert "the target ended (killed by signal 9 (Killed)) while it was recorded" in text
    assert recorded(menu) is None
    assert session.shown.rfind(b"\x1b[?1049l") > session.shown.rfind(b"\x1b[?1049h")
    assert session.shown.rfind(b"\x1b[?1000l") > session.shown.rfind(b"\x1b[?1000h")
    assert session.shown.rfind(b"\x1b[?25h") > session.shown.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("which", [0, 1])
def test_a_leakgate_that_is_killed_leaves_the_terminal_whole(menu, which):
    session = Session(menu, "trip")
    session.start()
    os.kill(session.children()[which], signal.SIGKILL)
    status, text = session.end()
    assert status == 70, text
    assert session.shown.rfind(b"\x1b[?1049l") > session.shown.rfind(b"\x1b[?1049h")
    assert not [path for path in menu.directory.iterdir() if path.name.startswith("leakgate-")]


def test_a_signal_ends_it(menu):
    session = Session(menu, "trip")
    session.start()
    os.kill(session.pid, signal.SIGTERM)
    status, text = session.end()
    assert status == 143 and "stopped by signal 15" in text
    assert recorded(menu) is None


def test_ctrl_c_before_the_start_leaves_nothing(menu):
    session = Session(menu, "trip")
    session.until("Enter starts it.")
    session.press(b"\x03")
    status, text = session.end()
    assert status == 130 and "stopped by signal 2" in text
    assert not [path for path in menu.directory.iterdir() if path.name.startswith("leakgate-")]


# --- What does not become one ---

@pytest.mark.parametrize("keys, status, sentence", [
    ([MARK, MARK], 2, "nothing was pressed, so there is no round trip"),
    (["other", ENTER, ENTER, MARK, MARK], 2, "nothing was pressed between the two marks"),
    ([MARK, "grow", ENTER, MARK], 2, "no round trip: iteration 2: the screen did not come back"),
    (["grow", ENTER, "quit", ENTER], 5,
     "the target ended (exit status 3) while it was recorded: no round trip was found: no screen came "
     "back"),
])
def test_no_round_trip(menu, keys, status, sentence):
    session = Session(menu, "trip")
    session.start()
    session.press(*keys)
    ended, text = session.end()
    assert ended == status, text
    assert sentence in text.replace("\r\n", " ")
    assert recorded(menu) is None


def test_there_is_no_terminal(menu):
    done = menu("record", "trip")
    assert done.returncode == 2
    assert done.stderr == "leakgate: record needs a terminal to play in\n"


@pytest.mark.parametrize("words, sentence", [
    (["there"], "leakgate: there is scenarios/there.yaml already; remove it to record it anew\n"),
    ([], "leakgate: record wants one name, that of the new scenario\n"),
    (["a", "b"], "leakgate: record wants one name, that of the new scenario\n"),
    (["../a"], 'leakgate: "../a" is no name of a scenario: letters, digits, "-" and "_"\n'),
])
def test_the_name_is_wrong(menu, words, sentence):
    (menu.directory / "scenarios" / "there.yaml").write_text("kept")
    done = menu("record", *words)
    assert (done.returncode, done.stderr) == (2, sentence)
    assert recorded(menu, "there") == "kept"
