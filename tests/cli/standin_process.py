"""The stand-in, run as a person would run it: in a terminal that somebody reads, with pprof."""

import os
import pathlib
import pty
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from conftest import SOURCE

BINARY = pathlib.Path(SOURCE, "build/standin/standin")
# A machine under load is no fault.
PATIENCE = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Standin:
    """It leaks as `leak` says (tests/standin/leak.go), with nobody touching a key."""

    def __init__(self, home, leak="", rate=512, program=None):
        if program is None and not BINARY.exists():
            pytest.skip("the stand-in is not built (ci/build-standin)")
        project = home / "project"
        project.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
        (home / "config.json").write_text("{}")
        self.port = free_port()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color",
            "XDG_STATE_HOME": str(home / "state"), "TMUX_TMPDIR": str(home),
            "SIDECAR_PPROF": str(self.port), "STANDIN_LEAK": leak,
            "GODEBUG": f"memprofilerate={rate}",
        }
        words = [str(program or BINARY), "-config", str(home / "config.json"),
                 "-project", str(project)]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(words[0], words, environment)
        self.said = b""
        threading.Thread(target=self.drain, daemon=True).start()
        self.wait()

    def drain(self):
        try:
            while said := os.read(self.terminal, 65536):
                self.said = said
        except OSError:
            pass

    def url(self, profile):
        return f"http://127.0.0.1:{self.port}/debug/pprof/{profile}"

    def fetch(self, profile):
        with urllib.request.urlopen(self.url(profile), timeout=PATIENCE) as answer:
            return answer.read()

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.fetch("cmdline")
            except OSError:
                ended = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
                assert not ended and time.monotonic() < deadline, self.said
                time.sleep(0.05)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
