"""The stand-in as a program that somebody uses: in a terminal of its own, with a home of its own."""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
import urllib.request

BINARY = pathlib.Path(__file__).resolve().parents[2] / "build" / "standin" / "standin"
PATIENCE = 30  # seconds that a state may take to come about on a machine under load


def until(holds, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Standin:
    """`prefix` are words before the program's; `binary` is a copy under another name, or the program
    that it stands for."""

    def __init__(self, home, leak="", binary=BINARY, prefix=(), **environment):
        assert pathlib.Path(binary).exists(), "ci/build-standin builds it"
        self.project = home / "p1"
        self.project.mkdir(parents=True, exist_ok=True)
        self.master, slave = pty.openpty()
        self.terminal = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.process = subprocess.Popen(
            [*prefix, str(binary), "-project", str(self.project)], cwd=self.project,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color",
                 "SIDECAR_PPROF": "0", "STANDIN_LEAK": leak, **environment},
            stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.drawn = threading.Event()
        threading.Thread(target=self.drain, daemon=True).start()
        assert self.drawn.wait(PATIENCE)

    def drain(self):
        """A full terminal would block it."""
        with contextlib.suppress(OSError):
            while os.read(self.master, 65536):
                self.drawn.set()

    @property
    def pid(self):
        return self.process.pid

    def press(self, keys):
        os.write(self.master, keys.encode())

    def close(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.master)

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}")

    def count(self, name):
        """The entries of a directory of /proc/PID, or the lines of a file."""
        path = self.proc(name)
        return len(os.listdir(path)) if path.is_dir() else len(path.read_text("utf-8").splitlines())

    def links(self):
        """What its descriptors are of; they come and go meanwhile."""
        for entry in self.proc("fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield os.readlink(entry)

    def held(self, name):
        """How often a file of that name is open."""
        return sum(os.path.basename(link) == name for link in self.links())

    def status(self, field):
        """A number of /proc/PID/status."""
        return int(re.search(rf"^{field}:\s*(\d+)", self.proc("status").read_text("utf-8"),
                             re.MULTILINE)[1])

    def children(self):
        return [int(pid) for task in self.proc("task").iterdir()
                for pid in (task / "children").read_text("utf-8").split()]

    @property
    def port(self):
        """Where its pprof listens; None until it does."""
        inodes = set(re.findall(r"socket:\[(\d+)\]", "\n".join(self.links())))
        for line in self.proc("net/tcp").read_text("utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                return int(fields[1].partition(":")[2], 16)
        return None

    def pprof(self, path):
        until(lambda: self.port)
        address = f"http://127.0.0.1:{self.port}/debug/pprof/{path}"
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.read()

    def memstats(self, name):
        return int(re.search(rb"# %s = (\d+)" % name.encode(), self.pprof("heap?debug=1"))[1])

    def goroutines(self):
        return int(re.search(rb"total (\d+)", self.pprof("goroutine?debug=1"))[1])
