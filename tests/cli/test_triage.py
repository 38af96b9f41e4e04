"""One look at a program that is sick: each sign of it is shown with its figure, and a sound one has none.

ROWS are the rows of docs/triage.md, each on the stand-in in that state."""

import collections
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import pytest
from conftest import LEAKGATE, SOURCE, Leakgate
from standin import BINARY, Standin, until

MB = 1000000
NOBODY = 65534

TARGET = pathlib.Path(SOURCE, "tests", "standin", "standin.yaml")  # has what is healthy of Sidecar

# state: what the stand-in leaks; there: when it has come about; flag, its least figure, and a part of
# what is said of it.
Row = collections.namedtuple("Row", "name state there flag least says")

# One program is in all of these states together.
ROWS = [
    Row("memory", "held@tick:600", lambda it: it.status("VmRSS") > 600 << 10, "rss", 600,
        r"Memory RSS \d{3}\."),
    Row("threads", "threads@tick:120", lambda it: it.count("task") >= 120, "threads", 120,
        "1[2-9][0-9] threads: "),
    Row("mappings", "mappings@tick:4000", lambda it: it.count("maps") >= 3990, "mappings", 3990,
        "other anonymous [0-9.]+ MiB in 2[0-9]+,"),
    Row("descriptors", "sessions-open@tick:1200", lambda it: it.count("fd") >= 1200, "fds", 1200,
        "Descriptors 12[0-9]+: 12[0-9]+ file"),
    Row("sessions", "sessions-open@tick:1200", lambda it: it.count("fd") >= 1200, "session_files",
        1200, "Session files"),
    Row("same-file", "open-often@tick:5", lambda it: it.held("often.txt") == 5, "same_file", 5,
        "same file 5 times \\S+/often.txt"),
    Row("receivers", "blocked@tick:2000", lambda it: it.goroutines() > 5000, "goroutines_alike",
        2000, r"2000 \[chan receive\] main.leakHeldGoroutine"),
    Row("senders", "blocked-senders@tick:3000", lambda it: it.goroutines() > 5000, "goroutines",
        5000, r"3000 \[chan send\] main.leakSender"),
    Row("chains", "poll-chains@tick:12", lambda it: it.pprof("goroutine?debug=2").count(b"Tick.f") > 8,
        "poll_chains", 7, r"\d+ \[chan receive\] charm.land/bubbletea/v2.Tick"),
    Row("zombies", "zombie@tick:1", lambda it: len(it.children()) > 4, "zombies", 4,
        "Zombies [0-9]+ standin"),
]
# For each of these one, which takes a core: beside others it may get little of it.
BUSY = [
    Row("spin", "spin@tick:1", lambda it: b"leakSpin" in it.pprof("goroutine?debug=1"), "cpu", 3.1,
        "the busiest"),
    Row("started", "forks@tick:100", lambda it: it.children(), "started", 1.1, "Started [0-9]+ true"),
]
BUSY_TARGET = """\
version: 1
extends: sidecar
healthy:
  cpu: {figure: cpu_percent, most: 3, means: It is busy., next: Ask its author.}
  started: {figure: started_per_second, most: 1, means: It starts tools., next: Ask its author.}
"""


@pytest.fixture
def start(tmp_path):
    """Starts a stand-in in a state, by its words; ends it with the test."""
    started = []

    def begin(state="", there=lambda it: True, home=tmp_path / "home", **more):
        started.append(Standin(home, state, **more))
        until(lambda: there(started[-1]))
        return started[-1]

    yield begin
    for target in started:
        target.close()


STANDIN = ["--target", TARGET, "--scenarios", TARGET.parents[2] / "scenarios"]


@pytest.fixture
def triage(leakgate):
    """Looks at a process, by what is healthy of Sidecar."""
    return lambda process, *more: leakgate("triage", process, *STANDIN, *more)


def said(shown):
    """What triage says as JSON."""
    assert shown.returncode in (0, 1), shown.stderr
    assert shown.stderr == ""
    return json.loads(shown.stdout)


def flags(found):
    return {flag["name"]: flag for flag in found["flags"]}


def words(text):
    return " ".join(text.split())


def holds(found, text, row):
    flag = flags(found)[row.flag]
    assert flag["figure"] >= row.least > flag["healthy"]
    assert words(flag["text"] + " next " + flag["next"]) in text
    assert re.search(row.says, text)


@pytest.fixture(scope="module")
def sick(tmp_path_factory):
    """A program that is sick in every way, and what triage said of it: as JSON and as text."""
    leakgate = Leakgate(tmp_path_factory.mktemp("sick"))
    target = Standin(leakgate.directory / "home", ",".join(sorted({row.state for row in ROWS})))
    until(lambda: all(row.there(target) for row in ROWS))
    target.pprof("heap?gc=1")
    look = ["triage", target.pid, *STANDIN]
    yield target, said(leakgate(*look, "--json")), words(leakgate(*look).stdout)
    target.close()


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_sign(sick, row):
    _, found, text = sick
    holds(found, text, row)


def test_many_of_one_kind(triage, start, tmp_path):
    """One comes each second: the range is a narrow one."""
    narrow = tmp_path / "narrow.yaml"
    narrow.write_text("version: 1\ncommand: [standin]\n"
                      "healthy: {fds_alike: {figure: fds_alike, most: 4}}\n")
    target = start("fd@tick:1", lambda it: sum("eventpoll" in link for link in it.links()) > 5)
    found = flags(said(triage(target.pid, "--json", "--target", narrow)))
    assert set(found) == {"fds_alike"} and found["fds_alike"]["what"] == "eventpoll"


def test_below_another_process(leakgate, start):
    """A shell's PID is that of what runs in it, and that is said."""
    target = start(prefix=["sh", "-c", '"$@"; true', "sh"])
    done = leakgate("triage", target.pid, "--json")
    [child] = target.children()
    assert json.loads(done.stdout)["process"]["pid"] == child
    assert f"below it process {child} serves pprof" in done.stderr
    os.kill(child, signal.SIGKILL)


def test_no_sign_more_and_the_worst_is_the_first(sick):
    found = sick[1]["flags"]
    assert {flag["name"] for flag in found} == {row.flag for row in ROWS}
    times = [flag["figure"] / flag["healthy"] for flag in found]
    assert times == sorted(times, reverse=True)
    assert sick[1]["parts"]["heap"][0]["function"] == "main.holdMemory"


@pytest.mark.parametrize("row", BUSY, ids=[row.name for row in BUSY])
def test_a_busy_program(leakgate, start, row):
    """By rows of somebody's own."""
    file = leakgate.directory / "busy.yaml"
    file.write_text(BUSY_TARGET, encoding="utf-8")
    target = start(row.state, row.there)
    look = ["triage", target.pid, *STANDIN, "--target", file]
    holds(said(leakgate(*look, "--json")), words(leakgate(*look).stdout), row)


def test_what_burns_the_processor(triage, start):
    target = start("spin@tick:1", lambda it: b"leakSpin" in it.pprof("goroutine?debug=1"))
    assert "Burned by" not in triage(target.pid).stdout
    assert re.search(r"Burned by .* main\.leakSpin", words(triage(target.pid, "--cpu", "2s").stdout))


def test_a_sound_program_shows_none(triage, start):
    target = start()
    shown = triage(target.pid, "--json")
    found = said(shown)
    assert (found["flags"], found["unseen"], shown.returncode) == ([], [], 0)
    process = found["process"]
    assert (process["pid"], process["name"]) == (target.pid, "standin")
    assert process["terminal"] == target.terminal.removeprefix("/dev/")
    assert process["directory"] == str(target.project)
    assert process["pprof"] == target.port
    assert set(found["parts"]) >= {"memory", "descriptors", "files", "sqlite", "threads",
                                   "goroutines", "cpu", "children", "zombies", "started", "heap"}
    assert "No red flags" in triage(target.pid).stdout


def test_goroutines_of_one_name(triage, start):
    target = start("blocked@tick:50", lambda it: it.goroutines() >= 50)
    shown = triage(target.pid, "--match", "leakHeldGoroutine").stdout
    assert "50 [chan receive] main.leakHeldGoroutine" in shown
    assert "main.newWatch" not in shown
    assert "none matches" in triage(target.pid, "--match", "fetchData").stdout
    assert triage(target.pid, "--match", "(").returncode == 2


def test_pages_that_are_given_back_late(triage, start):
    """They are no leak: the heap says that they are idle."""
    target = start("peak@tab:600")
    target.press("2")
    target.press("1")
    until(lambda: target.status("VmHWM") > 600 << 10)
    until(lambda: target.pprof("heap?gc=1") and target.memstats("HeapInuse") < 100 * MB)
    memory = said(triage(target.pid, "--json"))["parts"]["memory"]
    assert memory["peak"] > 600 * MB
    assert memory["heap_inuse"] < 100 * MB < 500 * MB < memory["heap_idle"]


def test_what_swap_has(triage, start):
    if len(pathlib.Path("/proc/swaps").read_text("utf-8").splitlines()) < 2:
        pytest.skip("this machine has no swap")
    target = start("swapped@tick:64", lambda it: it.status("VmSwap") > 60 << 10)
    assert flags(said(triage(target.pid, "--json")))["swap"]["figure"] > 60


def test_an_output_of_which_one_line_is_kept(triage, start):
    target = start("output-line@tick:64", lambda it: b"keepLine" in it.pprof("heap?gc=1&debug=1"))
    foremost = said(triage(target.pid, "--json"))["parts"]["heap"][0]
    assert foremost["function"] == "main.keepLine"
    assert foremost["bytes"] > 60 * MB and foremost["objects"] == 1


def test_garbage_is_collected_on_request_alone(triage, start):
    target = start(GOGC="off")
    before = target.memstats("NumGC")
    triage(target.pid)
    assert target.memstats("NumGC") == before
    triage(target.pid, "--gc")
    assert target.memstats("NumGC") == before + 1


def test_a_page_to_open(leakgate, start):
    target = start()
    shown = leakgate("triage", target.pid, "--html", "page.html", "--json")
    assert shown.returncode == 0, shown.stderr
    page = (leakgate.directory / "page.html").read_text("utf-8")
    assert f"PID {target.pid}" in page and "No red flags" in page and "The heap in use, by stack" in page
    # What is asked for is printed as ever.
    assert json.loads(shown.stdout)["process"]["pid"] == target.pid


def test_markdown_is_for_a_bug_report(triage, start):
    target = start("open-often@tick:5", lambda it: it.held("often.txt") == 5)
    shown = triage(target.pid, "--markdown").stdout
    assert re.search(r"^\| same_file \| 5 \| at most 3 \|", shown, re.MULTILINE)
    assert "5 times" in shown
    assert "\x1b" not in shown


# --- SQLite: a database that another process has locked ---

# As fcntl's locks stand at SQLite's offsets (os.h of SQLite): which lock, where, how many bytes.
LOCKS = {
    "pending": (fcntl.LOCK_EX, 0x40000000, 1, True),
    "reserved": (fcntl.LOCK_EX, 0x40000001, 1, True),
    "exclusive": (fcntl.LOCK_EX, 0x40000002, 510, True),
    "shared": (fcntl.LOCK_SH, 0x40000002, 510, False),
}
HOLDER = """\
#!{python}
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, {kind}, {length}, {offset})
print(flush=True)
sys.stdin.read()
"""
BY_SQLITE = """\
#!{python}
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("pragma journal_mode = {journal}")
database.execute("create table if not exists issues (title)")
database.execute("begin immediate")
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path):
    """A process called td that holds a lock, as a script says."""
    started = []

    def begin(script, database, **values):
        program = tmp_path / "td"
        program.write_text(script.format(python=sys.executable, **values), encoding="utf-8")
        program.chmod(0o755)
        started.append(subprocess.Popen([program, database], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"\n"
        return f"td ({started[-1].pid})"

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_database_nobody_else_has(triage, start):
    target = start("database-open@tick:100", lambda it: it.held("issues.db-shm") == 1)
    found = said(triage(target.pid, "--json"))
    assert found["flags"] == []
    [database] = found["parts"]["sqlite"]
    assert database["path"].endswith("/issues.db")
    assert (database["wal_bytes"], database["shm_bytes"]) == (100 << 10, 32 << 10)
    assert (database["also_open"], database["locks"]) == ([], [])


@pytest.mark.parametrize("name", LOCKS)
def test_a_database_locked_by_another(triage, start, lock, tmp_path, name):
    target = start("database-open@tick:100", lambda it: it.held("issues.db-shm") == 1)
    kind, offset, length, blocks = LOCKS[name]
    holder = lock(HOLDER, tmp_path / "home" / "issues.db", kind=int(kind), offset=offset,
                  length=length)
    found = said(triage(target.pid, "--json"))
    assert found["parts"]["sqlite"][0]["locks"] == [
        {"owner": holder, "lock": name, "other": True, "blocks": blocks}]
    assert found["parts"]["sqlite"][0]["also_open"] == [holder]
    assert ("sqlite_locked" in flags(found)) == blocks
    assert f"{name} of {holder}" in words(triage(target.pid).stdout)


@pytest.mark.parametrize("journal, name", [("delete", "reserved"), ("wal", "wal write")])
def test_a_database_locked_by_sqlite_itself(triage, start, lock, tmp_path, journal, name):
    path = tmp_path / "home" / "issues.db"
    path.parent.mkdir()
    holder = lock(BY_SQLITE, path, journal=journal)
    target = start("database-open@tick", lambda it: it.held("issues.db") == 1)
    found = said(triage(target.pid, "--json"))
    flag = flags(found)["sqlite_locked"]
    assert flag["figure"] == 1
    assert f"{name} lock of {holder}" in flag["what"]


# --- What cannot be looked at ---


def refused(shown, status, text):
    assert shown.returncode == status, shown.stdout + shown.stderr
    assert text in words(shown.stderr)
    assert shown.stdout == ""
    assert len(shown.stderr.splitlines()) <= 2


def test_no_such_process(leakgate):
    ended = subprocess.Popen(["true"])
    ended.wait()
    refused(leakgate("triage", ended.pid), 2, f"no process {ended.pid}")
    refused(leakgate("triage", "no-such-program"), 2, "no-such-program")
    refused(leakgate("triage", "--port", 1), 2, "port 1")


def test_a_zombie(leakgate):
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    refused(leakgate("triage", ended.pid), 2, str(ended.pid))
    ended.wait()


@pytest.mark.parametrize("arguments, text", [
    (["1", "2"], "one process"),
    (["1", "--port", "6060"], "once"),
    (["--port", "65536"], "65535"),
    (["--url", "http://example.com:6060"], "127.0.0.1"),
    (["--url", "file:///etc/passwd"], "127.0.0.1"),
    ([""], "empty"),
])
def test_what_names_no_process(leakgate, arguments, text):
    refused(leakgate("triage", *arguments), 2, text)


def test_several_of_one_name(leakgate, start, tmp_path):
    program = shutil.copy(BINARY, tmp_path / "severalstand")
    two = [start(home=tmp_path / name, binary=program) for name in ("one", "two")]
    shown = leakgate("triage", "severalstand")
    assert (shown.returncode, shown.stdout) == (2, "")
    for target in two:
        [line] = [line for line in shown.stderr.splitlines() if f"{target.pid} " in line]
        assert target.terminal.removeprefix("/dev/") in line
        assert target.project.parts[-2] in shown.stderr


def test_one_of_a_name(leakgate, start, tmp_path):
    target = start(binary=shutil.copy(BINARY, tmp_path / "onestand"))
    until(lambda: target.port)
    for by in (["onestand"], ["--port", target.port],
               ["--url", f"http://127.0.0.1:{target.port}"]):
        assert said(leakgate("triage", *by, "--json"))["process"]["pid"] == target.pid


SERVER = """\
import http.server, socketserver, sys, time
class SomethingElse(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"not a profile")
class Silent(socketserver.BaseRequestHandler):
    def handle(self):
        time.sleep(600)
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), {handler})
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture
def serve():
    """Starts a server that is no program of Go; answers its process and its port."""
    started = []

    def begin(handler):
        started.append(subprocess.Popen([sys.executable, "-c", SERVER.format(handler=handler)],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        return started[-1].pid, int(started[-1].stdout.readline())

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("handler", ["SomethingElse", "Silent"])
def test_a_port_that_does_not_answer_as_pprof(leakgate, serve, handler):
    pid, port = serve(handler)
    found = said(leakgate("triage", "--port", port, "--json"))
    assert (found["process"]["pid"], found["process"]["pprof"]) == (pid, None)
    assert "goroutines and heap: " in " ".join(found["unseen"])


def test_without_pprof_the_rest_is_told(triage, start):
    target = start("nopprof,open-often@tick:5", lambda it: it.held("often.txt") == 5)
    found = said(triage(target.pid, "--json"))
    assert found["process"]["pprof"] is None
    assert flags(found)["same_file"]["figure"] == 5
    assert "SIDECAR_PPROF=1 sidecar" in words(triage(target.pid).stdout)


@pytest.mark.parametrize("reaped", [False, True])
def test_one_that_ends_meanwhile(triage, start, reaped):
    """Also as a zombie, of which /proc still tells something."""
    target = start()

    def end():
        target.process.kill()
        if reaped:
            target.process.wait()

    threading.Timer(1, end).start()
    refused(triage(target.pid), 5, "ended")


def test_one_that_is_stopped(triage, start):
    """Nothing waits for it for longer than its deadline: the minute is conftest's."""
    target = start("open-often@tick:5", lambda it: it.held("often.txt") == 5)
    target.process.send_signal(signal.SIGSTOP)
    shown = triage(target.pid).stdout
    assert "STOPPED by a signal" in shown
    assert "5 times" in shown
    assert "Not seen" in shown


def needs_root():
    if os.getuid() != 0:
        pytest.skip("only root can do that")


def test_another_user(leakgate, start):
    """Root runs the target as nobody, and leakgate as somebody else."""
    needs_root()
    with tempfile.TemporaryDirectory(prefix="lg-", dir="/tmp") as home:
        os.chmod(home, 0o777)
        os.mkdir(f"{home}/p1")
        as_nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        target = start(home=pathlib.Path(home), prefix=as_nobody)
        leakgate.directory = "/"
        found = said(leakgate("triage", target.pid, "--json",
                              preexec_fn=lambda: os.setresuid(12345, 12345, 12345)))
    assert found["process"]["pid"] == target.pid
    assert f"sudo leakgate triage {target.pid}" in " ".join(found["unseen"])
    assert len(found["parts"]["threads"]) > 1
    assert found["parts"]["descriptors"]["total"] is None


def test_goroutines_that_wait_for_minutes(sick, triage):
    """The runtime counts from the first collection that found them waiting. It is the last of these
    tests because the minute passes during the others."""
    target = sick[0]
    until(lambda: b" minutes]:\nmain.leakSender" in target.pprof("goroutine?debug=2"), 150)
    shown = triage(target.pid, "--json")
    assert flags(said(shown))["goroutines_blocked"]["figure"] == 3000
    text = words(triage(target.pid).stdout)
    assert re.search(r"2000 \[chan receive, \d+ min\] main.leakHeldGoroutine", text)
    assert re.search(r"3000 \[chan send, \d+ min\] main.leakSender", text)


def test_a_container_seen_from_outside(triage, start):
    """Its files are in a mount namespace of its own."""
    needs_root()
    inside = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none "$HOME" && mkdir "$HOME/p1" && '
              'exec "$@"', "inside"]
    target = start("database-open@tick:100", lambda it: it.held("issues.db-shm") == 1, prefix=inside)
    [database] = said(triage(target.pid, "--json"))["parts"]["sqlite"]
    assert (database["wal_bytes"], database["shm_bytes"]) == (100 << 10, 32 << 10)


def test_from_inside_a_container_there_is_the_url_alone(start):
    """The port is reached, the process is not seen."""
    needs_root()
    target = start("blocked@tick:2000", lambda it: it.goroutines() >= 2000)
    shown = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", LEAKGATE, "triage", "--url",
                            f"http://127.0.0.1:{target.port}", "--json"],
                           capture_output=True, timeout=60, check=False, encoding="utf-8")
    found = said(shown)
    assert "pid" not in found["process"]
    assert flags(found)["goroutines_alike"]["figure"] == 2000


def test_a_hundred_thousand_goroutines(triage, start):
    target = start("blocked@tick:100000", lambda it: it.goroutines() >= 100000)
    shown = triage(target.pid, "--json")
    assert flags(said(shown))["goroutines_alike"]["figure"] >= 100000
