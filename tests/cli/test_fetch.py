"""leakgate fetch: a profile of a program that runs, kept and shown."""

import gzip
import http.server
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from conftest import LEAKGATE
from standin import BINARY, PATIENCE, Standin, until


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    if not BINARY.exists():
        pytest.skip("there is no stand-in (ci/build-standin)")
    started = Standin(tmp_path_factory.mktemp("home"), "goroutine@tick,heap@tick:65536")
    until(lambda: started.port)
    yield started
    started.close()


def test_it_is_kept_and_shown(leakgate, standin):
    file = leakgate.directory / f"leakgate-heap-{standin.pid}.pb.gz"
    shown = leakgate("fetch", "heap", standin.pid)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(f"inuse_space: standin ({standin.pid})\n")
    assert gzip.decompress(file.read_bytes())
    assert shown.stdout.endswith(f"{file.name}: {file.stat().st_size} bytes. "
                                 f"To go on: go tool pprof {file.name}\n")
    assert len(re.findall(r"^ +\S+ +\S+% +\S+% +\S+ +\S+%  +\d", shown.stdout, re.M)) == 10


def test_a_file_that_is_there_is_replaced_on_request_alone(leakgate, standin):
    file = leakgate.directory / f"leakgate-goroutine-{standin.pid}.pb.gz"
    file.write_text("mine")
    shown = leakgate("fetch", "goroutine", standin.pid)
    assert (shown.returncode, file.read_text()) == (2, "mine")
    assert f"{file.name} exists already; --out FILE names another" in shown.stderr
    assert leakgate("fetch", "goroutine", standin.pid, "--out", file).returncode == 0
    assert gzip.decompress(file.read_bytes())


@pytest.mark.parametrize("out, says", [("missing/x", "no such directory"), (".", "a directory")])
def test_a_file_that_cannot_be_made_is_told_at_once(leakgate, standin, out, says):
    shown = leakgate("fetch", "cpu", standin.pid, "--for", "10m", "--out", out)
    assert (shown.returncode, says in shown.stderr) == (2, True)
    assert "Recording" not in shown.stderr


@pytest.mark.parametrize("kind", ["allocs", "goroutine"])
def test_by_port_and_by_url(leakgate, standin, kind):
    by_port = leakgate("fetch", kind, "--port", standin.port, "--out", "by-port")
    assert by_port.returncode == 0, by_port.stderr
    by_url = leakgate("fetch", kind, "--url", f"http://127.0.0.1:{standin.port}", "--out", "a b")
    assert by_url.returncode == 0, by_url.stderr
    assert by_url.stdout.endswith("go tool pprof 'a b'\n")
    assert leakgate("diff", "by-port", "a b").returncode == 0


def test_a_cpu_profile_and_a_trace_last_as_long_as_they_are_asked_to(leakgate, standin):
    for kind, suffix, tool in ("cpu", "pb.gz", "pprof"), ("trace", "trace", "trace"):
        shown = leakgate("fetch", kind, standin.pid, "--for", "1s")
        assert shown.returncode == 0, shown.stderr
        assert shown.stderr == f"Recording {kind} of standin ({standin.pid}) for 1 s\n"
        file = leakgate.directory / f"leakgate-{kind}-{standin.pid}.{suffix}"
        assert file.stat().st_size > 0
        assert f"go tool {tool} {file.name}\n" in shown.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_half_file(leakgate, standin, number):
    with subprocess.Popen([LEAKGATE, "fetch", "cpu", str(standin.pid), "--for", "10m"],
                          cwd=leakgate.directory, env=leakgate.environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as fetching:
        assert fetching.stderr.readline().startswith("Recording cpu")
        fetching.send_signal(number)
        printed, said = fetching.communicate(timeout=PATIENCE)
    assert fetching.returncode == 128 + number
    assert (printed, said) == ("", "leakgate: stopped; nothing was kept\n")
    assert not list(leakgate.directory.iterdir())


def test_a_program_that_ends_meanwhile(leakgate, tmp_path):
    if not BINARY.exists():
        pytest.skip("there is no stand-in (ci/build-standin)")
    standin = Standin(tmp_path / "home")
    until(lambda: standin.port)
    (tmp_path / "place").mkdir()
    leakgate.directory = tmp_path / "place"
    with subprocess.Popen([LEAKGATE, "fetch", "trace", str(standin.pid), "--for", "10m"],
                          cwd=leakgate.directory, env=leakgate.environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as fetching:
        assert fetching.stderr.readline().startswith("Recording trace")
        time.sleep(0.2)
        standin.close()
        printed, said = fetching.communicate(timeout=PATIENCE)
    assert (fetching.returncode, printed) == (5, "")
    assert said.count("\n") == 1
    assert not list(leakgate.directory.iterdir())


def test_a_program_that_is_stopped(leakgate, standin):
    os.kill(standin.pid, signal.SIGSTOP)
    shown = leakgate("fetch", "heap", standin.pid)
    os.kill(standin.pid, signal.SIGCONT)
    assert shown.returncode == 3
    assert "serves no pprof" in shown.stderr and "Timeout" in shown.stderr


def test_what_serves_no_pprof(leakgate):
    with subprocess.Popen(["sleep", "600"]) as sleeping:
        shown = leakgate("fetch", "heap", sleeping.pid)
        sleeping.kill()
    assert shown.returncode == 3
    assert f"sleep ({sleeping.pid}) serves no pprof" in shown.stderr


class Other(http.server.BaseHTTPRequestHandler):
    """Its index speaks of goroutines, and its profiles are none."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"goroutine and nothing else")

    def log_message(self, format, *args):
        pass


@pytest.mark.parametrize("kind", ["heap", "trace"])
def test_what_answers_something_else(leakgate, kind):
    server = http.server.HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shown = leakgate("fetch", kind, "--url", f"http://127.0.0.1:{server.server_port}",
                     "--for", "1s")
    server.shutdown()
    assert shown.returncode in (3, 5), shown.stderr
    assert not list(leakgate.directory.iterdir())


@pytest.mark.parametrize("words, says", [
    ([], "fetch takes cpu, heap, allocs, goroutine or trace first"),
    (["head"], "first, not head"),
    (["heap", "1", "2"], "one process"),
    (["heap", "1", "--port", "5"], "name the process once"),
    (["heap", "no-such-program-anywhere"], "no-such-program-anywhere"),
    (["cpu", "1", "--for", "soon"], "--for needs a duration"),
])
def test_a_wrong_call(leakgate, words, says):
    shown = leakgate("fetch", *words)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert says in shown.stderr
