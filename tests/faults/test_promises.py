"""What leakgate promises under fire, with the real program and the stand-in: see docs/design.md,
"Processes". Whatever ends a run, nothing of it stays but the report."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest

from runs import LAMP, REPORT_FILES, beside_others, until

pytestmark = pytest.mark.usefixtures("standin_is_built")

# Every iteration leaves a daemon (forked twice, a session of its own, deaf to SIGTERM, SIGHUP and
# SIGINT), and a tmux server runs that the set-up started. It rests for ever, so that it is ended.
BUSY = """\
version: 1
title: A target that leaves daemons, and a tmux server
target: standin
world: {tools: [tmux]}
setup:
  - run: [tmux, new-session, -d, -s, of-the-run, sleep 600]
iteration:
  - press: "2"
  - wait: {text: Select a file to preview}
  - press: "1"
  - wait: {text: Recent Commits}
measure: {warmup: 3, idle_for: 10m}
"""
NAME = "busy"
# A runner that cancels a job gives 7.5 s between SIGINT and SIGKILL.
GRACE = 7.5
# Awaited: a machine under load may take a moment more than the 2 s that are promised.
SOON = 5


def await_idle(place, process):
    def is_over_or_idle():
        return process.poll() is not None or any(
            record["record"] == "sample" and record["phase"] == "idle"
            for record in place.journal(NAME))
    return until(is_over_or_idle, 60) and process.poll() is None


def begin(place):
    """A run that rests in its idle phase: leakgate's process."""
    place.scenario(NAME, BUSY)
    process = place.start("run", NAME, "--target", "standin", "--report", place.report,
                          "--program", place.standin("daemon"))
    assert await_idle(place, process), place.finish(process)
    lines = "\n".join(line for _, line in place.processes())
    assert "-linger stay" in lines and "new-session" in lines and "-config" in lines
    return process


def only_report_left(place):
    place.nothing_left()
    assert {path.name for path in place.report.iterdir()} <= {NAME, *REPORT_FILES}
    # Killed before it made a directory for the scenario, a run leaves none.
    assert {path.name for path in (place.report / NAME).glob("*")} <= {
        "journal.jsonl", "recording.cast", "stderr.txt", "screen.txt", "goroutines.txt",
        "made-by-leakgate.txt"}


def child_of(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    [child] = children.split()
    return int(child)


def runner_of(process):
    return child_of(process.pid)


def guard_of(process):
    return child_of(runner_of(process))


def reported(place):
    """What is said of a run that was ended, made again from its journal."""
    shown = place("report", "--from", place.report)
    assert shown.status == 0 and NAME in shown.output, shown
    records = place.journal(NAME)
    assert records[0]["record"] == "journal"
    assert any(record["record"] == "sample" for record in records)
    return json.loads(place("report", "--from", place.report, "--json").output)


@beside_others
def test_leakgate_is_killed(place):
    process = begin(place)
    process.kill()
    place.await_none(SOON)
    place.finish(process)
    assert until(lambda: place.worlds() == [], SOON), place.worlds()
    only_report_left(place)
    stored = reported(place)
    assert stored["exit_status"] == 70
    assert "ended before it was done" in stored["scenarios"][0]["reason"]


@beside_others
def test_the_guard_is_killed(place):
    process = begin(place)
    os.kill(guard_of(process), signal.SIGKILL)
    shown = place.finish(process, timeout=SOON)
    assert shown.status == 70, shown
    assert "guard" in shown.text
    only_report_left(place)


@beside_others
def test_the_runner_is_killed(place):
    process = begin(place)
    os.kill(runner_of(process), signal.SIGKILL)
    shown = place.finish(process, timeout=SOON)
    assert shown.status == 70, shown
    assert "ended before it was done: killed by signal 9" in " ".join(shown.text.split())
    only_report_left(place)


@beside_others
def test_the_worker_is_killed(place):
    process = begin(place)
    os.kill(child_of(guard_of(process)), signal.SIGKILL)
    shown = place.finish(process, timeout=SOON)
    assert shown.status == 70, shown
    place.await_none(SOON)
    # A crash of leakgate's own: the world is evidence, and named.
    assert all(world in shown.text for world in place.worlds())
    reported(place)


@beside_others
@pytest.mark.parametrize("with_runner", [False, True])
def test_leakgate_and_guard_are_killed_at_once(place, with_runner):
    """Worker and target are bound to their parents; this one hears no SIGHUP and needs no terminal.
    Only daemons are beyond anyone's reach then."""
    place.misbehaving("deaf")
    place.scenario(NAME, LAMP.replace("idle_for: 1100ms", "idle_for: 10m"))
    process = place.start("run", NAME, "--report", place.report)
    assert await_idle(place, process), place.finish(process)
    assert "misbehaving.py deaf" in str(place.processes())
    runner, guard = runner_of(process), guard_of(process)
    process.send_signal(signal.SIGSTOP)
    if with_runner:
        os.kill(runner, signal.SIGSTOP)
    os.kill(guard, signal.SIGKILL)
    process.kill()
    place.finish(process, timeout=30)
    place.await_none(SOON)


@beside_others
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal(place, number):
    process = begin(place)
    process.send_signal(number)
    shown = place.finish(process, timeout=GRACE)
    assert shown.status == 128 + number, shown
    only_report_left(place)
    stored = reported(place)
    assert stored["exit_status"] == 128 + number
    assert stored["signal"] == number
    assert stored["scenarios"][0]["verdict"] == "stopped"


@beside_others
def test_ctrl_c_reaches_the_whole_group(place):
    """A terminal sends it to every process of the group that is in front, and a person presses it
    twice."""
    process = begin(place)
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    shown = place.finish(process, timeout=GRACE)
    assert shown.status == 130, shown
    only_report_left(place)


@beside_others
@pytest.mark.parametrize("moment", ["world", "journal", "target"])
def test_killed_while_it_starts(place, moment):
    """Whatever has been made by then is removed again."""
    place.scenario(NAME, BUSY)
    process = place.start("run", NAME, "--target", "standin", "--report", place.report,
                          "--program", place.standin("daemon"))
    seen = {"world": place.worlds, "journal": lambda: place.journal(NAME),
            "target": lambda: "-config" in str(place.processes())}[moment]
    assert until(seen, 20)
    process.kill()
    place.finish(process)
    place.await_none(SOON)
    assert until(lambda: place.worlds() == [], SOON), (moment, place.worlds())


@beside_others
def test_daemons_are_ended_after_a_run_that_went_well(place):
    place.scenario(NAME, BUSY)
    shown = place.run(NAME, "--target", "standin", "--program", place.standin("daemon"),
                      "--iterations", "2")
    stored = place.result()["scenarios"][0]
    assert stored["played"] and stored["killed"], shown
    assert "standin" in shown.output, "what was left behind is named"
    place.await_none(0)


@beside_others
def test_a_run_that_passes_leaves_nothing_but_the_report(place):
    place.scenario(NAME, BUSY)
    shown = place.run(NAME, "--target", "standin", "--program", place.standin(),
                      "--iterations", "2")
    assert shown.status == 0, shown
    place.await_none(0)
    only_report_left(place)


def snapshot(directory):
    return sorted((str(path), path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
                  for path in [directory, *directory.rglob("*")])


@beside_others
def test_the_home_of_the_user_is_not_touched(place):
    """What would read it breaks: git stops at such a configuration, tmux would leave a file."""
    place.write("home/.gitconfig", "[this is no configuration\n")
    place.write("home/.config/git/config", "[this is no configuration\n")
    place.write("home/.tmux.conf", f'run-shell "touch {place.home}/tmux-was-here"\n')
    place.write("home/.config/sidecar/config.json", "{")
    place.write("home/.curlrc", "--no-such-option")
    for path in [place.home, *place.home.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = snapshot(place.home)
    place.scenario(NAME, BUSY)
    shown = place.run(NAME, "--target", "standin", "--program", place.standin(),
                      "--iterations", "2", XDG_CONFIG_HOME=str(place.home / ".config"),
                      XDG_STATE_HOME=str(place.home), XDG_CACHE_HOME=str(place.home),
                      XDG_DATA_HOME=str(place.home), GIT_DIR=str(place.home),
                      GIT_CONFIG_GLOBAL=str(place.home / ".gitconfig"),
                      http_proxy="http://127.0.0.1:1")
    assert shown.status == 0, shown
    assert snapshot(place.home) == before


@beside_others
def test_the_tmux_server_of_the_user_is_not_touched(place):
    with tempfile.TemporaryDirectory(prefix="tm-", dir="/tmp") as sockets:
        own = {**os.environ, "TMUX_TMPDIR": sockets}
        own.pop("TMUX", None)

        def tmux(*words):
            return subprocess.run(["tmux", "-f", "/dev/null", *words], env=own, timeout=10,
                                  check=True, capture_output=True, encoding="utf-8").stdout

        def panes():
            return tmux("list-panes", "-a", "-F",
                        "#{session_name} #{pane_pid} #{window_activity}")

        tmux("new-session", "-d", "-s", "of-the-user", "sleep 600")
        try:
            before = panes()
            socket = tmux("display-message", "-p", "#{socket_path},#{pid},0").strip()
            place.scenario(NAME, BUSY)
            shown = place.run(NAME, "--target", "standin", "--program", place.standin(),
                              "--iterations", "1", TMUX=socket, TMUX_TMPDIR=sockets)
            after = panes()
        finally:
            tmux("kill-server")
    assert shown.status == 0, shown
    assert after == before
    only_report_left(place)


@beside_others
def test_results_are_whole_or_absent(place):
    """A run that is killed leaves the result of the run before whole, and no part of a file."""
    place.scenario(NAME, BUSY)
    words = [NAME, "--target", "standin", "--program", place.standin(), "--iterations", "1"]
    assert place.run(*words).status == 0
    first = place.result()
    assert all((place.report / name).exists() for name in REPORT_FILES)
    process = place.start("run", "--report", place.report, *words)
    assert until(lambda: len(place.processes()) > 1, 20)
    process.kill()
    place.finish(process)
    place.await_none(SOON)
    path = place.report / "result.json"
    assert not path.exists() or place.result() == first
    if not path.exists():
        assert not any((place.report / name).exists() for name in REPORT_FILES)
    only_report_left(place)
