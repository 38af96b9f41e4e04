"""leakgate watch: programs that run already, or are started by it, and what comes of them."""

import contextlib
import csv
import io
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import threading
import time

import journals
import pytest

# Opens so many files a second, on time however late it is woken. Its name is the script's.
LEAKER = f"""\
#!{sys.executable}
import os, sys, time
rate, lasts, status = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
began, held = time.monotonic(), []
print("ready", flush=True)
while time.monotonic() < began + lasts:
    while len(held) < (time.monotonic() - began) * rate:
        held.append(open("/dev/null"))
    time.sleep(0.01)
sys.exit(status)
"""
PER_SECOND = 20
STANDIN = pathlib.Path(__file__).resolve().parents[2] / "build" / "standin" / "standin"


@pytest.fixture
def program(leakgate):
    """A program of a name that no other has."""
    path = leakgate.directory / f"leaker{os.getpid() % 10000}"
    path.write_text(LEAKER)
    path.chmod(0o755)
    return path


@contextlib.contextmanager
def running(program, rate=0, lasts=60, status=0):
    process = subprocess.Popen([program, str(rate), str(lasts), str(status)],
                               stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def result(leakgate):
    shown = leakgate("report", "--from", "leakgate-watch", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


# --- Verdicts ---

def test_what_leaks_is_red_named_and_told_per_hour(leakgate, program):
    with running(program, PER_SECOND) as leaker:
        watched = leakgate("watch", leaker.pid, "--every", "200ms", "--for", "6s")
    assert watched.returncode == 1, watched.stderr
    [series] = result(leakgate)["scenarios"]
    assert series["name"] == "python3" or series["name"].startswith("python")
    [fd] = [finding for finding in series["findings"] if finding["fails"]]
    assert fd["gauge"] == "fd" and "/dev/null" in fd["holder"]
    assert fd["per_hour"] == pytest.approx(PER_SECOND * 3600, rel=0.05)
    assert "fd /dev/null grows by +" in watched.stderr
    assert "per hour" in watched.stderr
    assert "leakgate run" not in watched.stderr and "leakgate accept" not in watched.stderr


def test_what_holds_still_is_green(leakgate, program):
    with running(program) as still:
        watched = leakgate("watch", still.pid, "--every", "100ms", "--for", "3s")
    assert watched.returncode == 0, watched.stderr
    assert result(leakgate)["scenarios"][0]["verdict"] == "pass"
    assert "grows" not in watched.stderr
    assert not list((leakgate.directory / "leakgate-watch").glob("*/*.pb.gz"))


def test_until_flag_ends_with_the_first_growth(leakgate, program):
    with running(program, PER_SECOND) as leaker:
        watched = leakgate("watch", leaker.pid, "--every", "100ms", "--until-flag")
    assert watched.returncode == 1, watched.stderr


def test_what_was_too_short_is_not_judged(leakgate, program):
    with running(program, PER_SECOND) as leaker:
        watched = leakgate("watch", leaker.pid, "--every", "100ms", "--for", "500ms")
    assert watched.returncode == 3, watched.stderr
    assert "5 samples will come, and growth is judged on 21 or more" in watched.stderr
    assert "samples at rest, and growth is judged on 21 or more" in watched.stderr


def test_a_watch_needs_no_end_and_offers_no_run(leakgate):
    journals.soak(samples=48, fds=lambda i: {"pipe": 3 + i}, watch="leakgate watch 7").write(
        leakgate.directory / "leakgate-watch")
    shown = leakgate("report", "--from", "leakgate-watch")
    assert "1 series" in shown.stdout and "+6.00 per hour" in shown.stdout
    assert "this watch was cut off" in shown.stdout
    for word in ["To reproduce", "leakgate accept", "in one run alone"]:
        assert word not in shown.stdout
    assert result(leakgate)["exit_status"] == 1


def test_a_busy_program_is_not_judged(leakgate):
    journal = journals.soak(samples=48, fds=lambda i: {"pipe": 3 + max(i - 30, 0)},
                            watch="leakgate watch 7")
    samples = [record for record in journal.records if record["record"] == "sample"]
    for sample in samples[31:]:
        sample["phase"] = "busy"
    journal.end().write(leakgate.directory / "leakgate-watch")
    assert result(leakgate)["exit_status"] == 0


# --- What the target file says ---

TARGET = """\
version: 1
command: [leaker]
env: {APP_PPROF: "0", APP_HOME: /nowhere}
ready: {steps: [{wait: ready}]}
quit: {steps: [{press: q}]}
healthy:
  fds: {figure: fds, most: 20, means: Too many., next: Look at them.}
"""


@pytest.fixture
def target(leakgate, program):
    targets = leakgate.directory / "scenarios" / "targets"
    targets.mkdir(parents=True)
    file = targets / f"{program.name}.yaml"
    file.write_text(TARGET)
    return file


def test_what_is_out_of_range_is_a_flag(leakgate, program, target):
    with running(program, PER_SECOND) as leaker:
        watched = leakgate("watch", program.name, "--every", "100ms", "--until-flag")
    assert watched.returncode == 1, watched.stderr
    rows = [int(row["fd"]) for row in rows_of(watched.stdout)]
    assert rows[-1] > 20 and all(fds <= 20 for fds in rows[:-1])
    assert f"fds {rows[-1]}, healthy is 20 or fewer: Too many. Look at them." in watched.stderr
    assert str(leaker.pid) in watched.stderr


def test_a_program_gets_what_opens_its_pprof(leakgate, program, target):
    program.write_text("#!/bin/sh\necho \"pprof $APP_PPROF home $APP_HOME\"\n")
    assert leakgate("watch", "--", program).stdout.startswith("pprof 0 home \n")
    own = leakgate("watch", "--", program, APP_PPROF="6060")
    assert own.stdout.startswith("pprof 6060 home \n")


def test_an_error_in_the_target_file_is_told(leakgate, program, target):
    target.write_text(TARGET.replace("most: 20", "most: many"))
    with running(program) as still:
        watched = leakgate("watch", program.name)
    assert watched.returncode == 2
    assert f"{program.name}.yaml:7:" in watched.stderr
    assert str(still.pid) not in watched.stderr


# --- Rows ---

def test_the_rows_have_the_columns_that_people_keep(leakgate, program):
    with running(program) as still:
        watched = leakgate("watch", still.pid, "--every", "100ms", "--for", "3s")
    assert watched.stdout.startswith(
        "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,scenario,attempt,phase,")
    rows = rows_of(watched.stdout)
    stored = leakgate("report", "--from", "leakgate-watch", "--format", "csv").stdout
    assert rows == rows_of(stored)
    assert float(rows[0]["rss_mb"]) > 1 and int(rows[0]["fd"]) >= 3
    assert rows[0]["heap_alloc_bytes"] == ""


def test_a_second_watch_adds_to_the_file_and_to_the_report(leakgate, program):
    with running(program) as still:
        for _ in range(2):
            watched = leakgate("watch", still.pid, "--every", "100ms", "--for", "2500ms",
                               "--csv", "rows.csv")
            assert watched.returncode == 0, watched.stderr
            # What a power cut leaves.
            with open(leakgate.directory / "rows.csv", "a", encoding="utf-8") as file:
                file.write("2026-")
    text = (leakgate.directory / "rows.csv").read_text()
    assert text.count("heap_alloc_bytes") == 1
    first, second = [series["name"] for series in result(leakgate)["scenarios"]]
    assert second == f"{first}-2"
    assert f"leakgate-watch has series of an earlier watch: this one is {second}" in watched.stderr
    assert {row["scenario"] for row in rows_of(text)} == {first, second, None}
    assert "Report: leakgate-watch/index.html" in watched.stdout


def test_an_earlier_leak_is_no_news(leakgate, program):
    """The report has both; the exit status is of this watch."""
    words = ("--every", "100ms", "--for", "4s")
    with running(program, PER_SECOND) as leaker:
        assert leakgate("watch", leaker.pid, *words).returncode == 1
    with running(program) as still:
        watched = leakgate("watch", still.pid, *words)
    assert watched.returncode == 0, watched.stderr
    assert "1 leak, 1 passed" in " ".join((watched.stdout + watched.stderr).split())


def test_a_file_of_other_columns_is_left_alone(leakgate, program):
    (leakgate.directory / "mine.csv").write_text("a,b\n1,2\n")
    with running(program) as still:
        watched = leakgate("watch", still.pid, "--csv", "mine.csv")
    assert watched.returncode == 2
    assert "mine.csv has other columns than a watch writes" in watched.stderr
    assert (leakgate.directory / "mine.csv").read_text() == "a,b\n1,2\n"


# --- Ends ---

@contextlib.contextmanager
def watching(leakgate, *words):
    process = subprocess.Popen(
        [os.environ["LEAKGATE_BIN"], "watch", *map(str, words)], cwd=leakgate.directory,
        env=leakgate.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def await_rows(process, count):
    """The first line has the names of the columns."""
    return [process.stdout.readline() for _ in range(count + 1)]


def test_ctrl_c_makes_the_report(leakgate, program):
    with running(program, PER_SECOND) as leaker, \
            watching(leakgate, leaker.pid, "--every", "100ms") as watch:
        await_rows(watch, 30)
        watch.send_signal(signal.SIGINT)
        _, said = watch.communicate(timeout=30)
    assert watch.returncode == 1, said
    assert "Report: leakgate-watch/index.html" in said
    for name in ["result.json", "index.html", "summary.md", "junit.xml", "samples.csv"]:
        assert (leakgate.directory / "leakgate-watch" / name).exists()


def test_what_was_sampled_outlives_kill(leakgate, program):
    with running(program, PER_SECOND) as leaker, \
            watching(leakgate, leaker.pid, "--every", "100ms") as watch:
        await_rows(watch, 30)
        watch.kill()
        watch.wait()
    [series] = result(leakgate)["scenarios"]
    assert series["verdict"] == "leak"
    assert series["notes"][-1] == "this watch was cut off"


def test_a_pid_that_ends_ends_the_watch(leakgate, program):
    with running(program, lasts=3) as ending:
        # The end is seen before anybody has waited for the process.
        watched = leakgate("watch", ending.pid, "--every", "100ms", "--for", "1h")
    assert watched.returncode == 0, watched.stderr
    assert f"process {ending.pid} has ended after " in watched.stderr


def test_the_next_process_of_the_name_is_a_series_of_its_own(leakgate, program):
    with running(program) as first, \
            watching(leakgate, program.name, "--every", "100ms") as watch:
        await_rows(watch, 25)
        first.kill()
        first.wait()
        with running(program):
            while f"{first.pid}" not in (line := watch.stderr.readline()):
                assert line
            # By its name, and so in whichever second it is looked for.
            while "was started again" not in (line := watch.stderr.readline()):
                assert line
            second = 0
            while second < 25:
                second += "-2," in watch.stdout.readline()
            watch.send_signal(signal.SIGTERM)
            _, said = watch.communicate(timeout=30)
    assert watch.returncode == 0, said
    assert [series["verdict"] for series in result(leakgate)["scenarios"]] == ["pass", "pass"]


# --- Programs that are started ---

def test_a_program_has_the_terminal_for_itself(leakgate, program):
    watched = leakgate("watch", "--every", "100ms", "--", program, PER_SECOND, 7, 7)
    assert watched.returncode in (1, 4), watched.stderr  # 4: it was not let run evenly
    assert watched.stdout.startswith("ready\n")
    assert "the program ended with exit status 7" in watched.stderr
    assert "grows by +" in watched.stderr


def test_a_program_that_is_killed_is_told(leakgate):
    watched = leakgate("watch", "--every", "100ms", "--", "sh", "-c", "sleep 6; kill -9 $$")
    assert watched.returncode == 0, watched.stderr
    assert "the program was killed by signal 9 (Killed)" in watched.stderr


def test_what_ends_at_once_was_not_watched(leakgate):
    watched = leakgate("watch", "--", "true")
    assert watched.returncode in (3, 5), watched.stderr


def in_terminal(leakgate, words, act):
    """leakgate with a terminal of its own; what was shown there, and the exit status."""
    pid, ours = pty.fork()
    if pid == 0:
        os.chdir(leakgate.directory)
        os.execve(os.environ["LEAKGATE_BIN"], ["leakgate", *map(str, words)], leakgate.environment)
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            shown += part
            act(pid, ours, shown)
    os.close(ours)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_ctrl_c_is_for_the_program(leakgate, program):
    def act(_pid, terminal, shown):
        if shown.endswith(b"ready\r\n"):
            time.sleep(1)
            os.write(terminal, b"\x03")
    shown, status = in_terminal(leakgate, ["watch", "--", program, 0, 60, 0], act)
    # Its sampling had not begun, or only just.
    assert status in (3, 5)
    assert "the program was killed by signal 2 (Interrupt)" in shown


def test_a_signal_to_leakgate_is_passed_on(leakgate, program):
    def act(pid, _terminal, shown):
        if shown.endswith(b"ready\r\n"):
            time.sleep(1)
            os.kill(pid, signal.SIGTERM)
    shown, status = in_terminal(leakgate, ["watch", "--", program, 0, 60, 0], act)
    assert status in (3, 5)
    assert "the program was killed by signal 15 (Terminated)" in shown


def test_a_terminal_shows_a_table(leakgate, program):
    with running(program, PER_SECOND) as leaker:
        shown, status = in_terminal(
            leakgate, ["watch", leaker.pid, "--every", "100ms", "--for", "4s"], lambda *_: None)
    assert status == 1
    last = shown.split("\x1b[J")[-1]
    assert "GAUGE" in last and "PER HOUR" in last
    fd = next(line.split() for line in last.splitlines() if line.startswith("fd "))
    assert float(fd[2]) == pytest.approx(PER_SECOND * 3600, rel=0.1)
    assert float(fd[3]) <= float(fd[2]) <= float(fd[5])
    assert "grows by +" in shown
    assert "time,heap_alloc_bytes" not in shown


# --- Wrong words ---

@pytest.mark.parametrize("words, said", [
    (["999999999"], "there is no process 999999999"),
    (["no-such-program"], "no process is called no-such-program"),
    (["1", "2"], "watch takes one process, not 2"),
    (["1", "--every", "50ms"], "--every 50ms: a sample takes its time; 100 ms is the least"),
    (["1", "--for", "a while"], "--for needs a duration"),
    (["1", "--", "true"], "name a process that runs, or start a program by --, not both"),
    (["--port", "6060", "--", "true"], "name a process that runs, or start a program by --"),
    (["--"], "-- needs a program to start"),
    (["--", "./no-such-program"], "cannot start ./no-such-program: No such file or directory"),
])
def test_words_that_cannot_be(leakgate, words, said):
    watched = leakgate("watch", *words)
    assert watched.returncode == 2, watched.stderr
    assert said in watched.stderr
    assert watched.stdout == "" or watched.stdout.startswith("time,")


def test_several_of_one_name_are_listed(leakgate, program):
    with running(program) as one, running(program) as other:
        watched = leakgate("watch", program.name)
    assert watched.returncode == 2
    assert "2 processes fit; choose one by its PID" in watched.stderr
    assert str(one.pid) in watched.stderr and str(other.pid) in watched.stderr


# --- A Go program ---

@contextlib.contextmanager
def standin(leakgate, leak):
    """In a terminal that is read."""
    if not STANDIN.exists():
        pytest.skip("no stand-in here (ci/build-standin)")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [STANDIN], cwd=leakgate.directory, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**leakgate.environment, "TERM": "xterm", "SIDECAR_PPROF": "0", "STANDIN_LEAK": leak},
        start_new_session=True)
    os.close(theirs)

    def drain():
        with contextlib.suppress(OSError):
            while os.read(ours, 65536):
                pass
    reader = threading.Thread(target=drain)
    reader.start()
    try:
        time.sleep(1)
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(ours)


def test_goroutines_are_named(leakgate):
    with standin(leakgate, "goroutine@tick") as leaking:
        watched = leakgate("watch", leaking.pid, "--every", "300ms", "--for", "12s")
    assert watched.returncode == 1, watched.stderr
    [series] = result(leakgate)["scenarios"]
    fails = [finding for finding in series["findings"] if finding["fails"]]
    assert {finding["gauge"] for finding in fails} == {"goroutine"}
    assert "leakGoroutine" in fails[0]["holder"]
    kept = {path.name for path in (leakgate.directory / "leakgate-watch").glob("*/*.pb.gz")}
    assert {"flag-1-heap.pb.gz", "flag-1-goroutine.pb.gz", "goroutine-first.pb.gz"} <= kept
    rows = rows_of(watched.stdout)
    assert float(rows[0]["heap_alloc_bytes"]) > 0 and float(rows[0]["heap_inuse_bytes"]) > 0
    assert int(rows[-1]["goroutines"]) > int(rows[0]["goroutines"])


def test_a_clean_one_is_green(leakgate):
    with standin(leakgate, "") as clean:
        watched = leakgate("watch", clean.pid, "--every", "200ms", "--for", "8s")
    assert watched.returncode == 0, watched.stderr


def test_one_that_is_stopped_misses_its_samples(leakgate):
    with standin(leakgate, "") as stopped, \
            watching(leakgate, stopped.pid, "--every", "100ms") as watch:
        await_rows(watch, 22)
        stopped.send_signal(signal.SIGSTOP)
        while "does not answer" not in (line := watch.stderr.readline()):
            assert line
        stopped.send_signal(signal.SIGCONT)
        while "answers again" not in (line := watch.stderr.readline()):
            assert line
        watch.send_signal(signal.SIGINT)
        _, said = watch.communicate(timeout=30)
    assert watch.returncode == 0, said
