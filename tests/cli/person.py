"""Somebody at a terminal, who records a scenario (leakgate record)."""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import struct
import termios
import threading
import time

from conftest import LEAKGATE

PATIENCE = 60
MARK, ESCAPE, ENTER = b"\x1d", b"\x1b", b"\r"


class Session:
    """A person at a terminal of 100 columns."""

    def __init__(self, leakgate, *words):
        self.shown = bytearray()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(leakgate.directory)
            os.execve(LEAKGATE, [LEAKGATE, "record", *map(str, words)],
                      {**leakgate.environment, "TERM": "xterm-256color"})
        self.resize(100, 30)
        self.modes = termios.tcgetattr(self.terminal)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        with contextlib.suppress(OSError):
            while part := os.read(self.terminal, 65536):
                self.shown.extend(part)

    def until(self, text, since=0):
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in self.shown[since:]:
            assert time.monotonic() < deadline, f"{text} did not come: {self.text()[-2000:]}"
            time.sleep(0.02)

    def rest(self):
        """Nothing is drawn any more: a person looks before the next key."""
        length = -1
        while length != len(self.shown):
            length = len(self.shown)
            time.sleep(0.4)

    def press(self, *keys):
        for key in keys:
            os.write(self.terminal, key if isinstance(key, bytes) else key.encode())
            self.rest()

    def start(self, ready="Main menu"):
        self.until("Enter starts it.")
        self.press(ENTER)
        self.until(ready)
        self.rest()

    def text(self):
        return re.sub(r"\x1b\[[0-9;?<>]*[a-zA-Z]", "", self.shown.decode("utf-8", "replace"))

    def end(self):
        """The exit status, and what leakgate said last."""
        deadline = time.monotonic() + 2 * PATIENCE
        while not (done := os.waitpid(self.pid, os.WNOHANG))[0]:
            assert time.monotonic() < deadline, self.text()[-2000:]
            time.sleep(0.05)
        self.rest()
        assert termios.tcgetattr(self.terminal) == self.modes, "the terminal is not as it was"
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(done[1]), self.text()

    def children(self):
        """leakgate's guard, and the worker below it."""
        pids = [self.pid]
        for _ in range(2):
            task = pathlib.Path(f"/proc/{pids[-1]}/task/{pids[-1]}/children")
            pids.append(int(task.read_text().split()[0]))
        return pids[1:]


def recorded(leakgate, name="trip"):
    path = leakgate.directory / "scenarios" / f"{name}.yaml"
    return path.read_text() if path.exists() else None


def steps(text):
    return [line[4:] for line in text.partition("iteration:\n")[2].splitlines()
            if line.startswith("  - ")]
