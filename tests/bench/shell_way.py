"""One sample by hand: what a person types who looks at a Go program with the usual tools."""

import os
import shutil
import subprocess
import time

# Name, the tool it needs, and the words. lsof is spared its look-ups of names.
COMMANDS = [
    ("heap", "curl", ["curl", "-sSf", "-o", "{directory}/heap.pb.gz", "{pprof}/heap?gc=1"]),
    ("goroutine", "curl",
     ["curl", "-sSf", "-o", "{directory}/goroutine.pb.gz", "{pprof}/goroutine"]),
    ("pprof -top", "go", ["go", "tool", "pprof", "-top", "{directory}/heap.pb.gz"]),
    ("lsof", "lsof", ["lsof", "-n", "-P", "-p", "{pid}"]),
    ("ps", "ps", ["ps", "-o", "pid,ppid,stat,nlwp,rss,time,args", "-p", "{pid}", "--ppid", "{pid}"]),
]


def missing():
    """Names of commands whose tool is not on PATH; `pprof -top` has nothing to read without curl."""
    names = [name for name, tool, _ in COMMANDS if shutil.which(tool) is None]
    if "heap" in names and "pprof -top" not in names:
        names.append("pprof -top")
    return names


class ShellWay:
    def __init__(self, directory, pid, port):
        self.directory = directory
        self.values = {"directory": directory, "pid": pid,
                       "pprof": f"http://127.0.0.1:{port}/debug/pprof"}
        self.left_out = missing()

    def sample(self):
        """Runs all of it once. Returns (began, ended) in monotonic seconds and seconds by name."""
        took = {}
        first = time.monotonic()
        for name, _, words in COMMANDS:
            if name in self.left_out:
                continue
            argv = [word.format(**self.values) for word in words]
            began = time.monotonic()
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, check=False)
            took[name] = time.monotonic() - began
            if done.returncode != 0:
                raise OSError(f"{' '.join(argv)}: {done.stderr.decode(errors='replace').strip()}")
        return first, time.monotonic(), took


def heap_bytes(directory):
    """Sizes of the profiles that were fetched last, to say how large the target was."""
    sizes = {}
    for name in ("heap.pb.gz", "goroutine.pb.gz"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            sizes[name] = os.path.getsize(path)
    return sizes
