"""By hand: what a person types who looks at a Go program with the usual tools."""

import os
import shutil
import subprocess
import time

# One sample. Name, the tool it needs, and the words. lsof is spared its look-ups of names.
COMMANDS = [
    ("heap", "curl", ["curl", "-sSf", "-o", "{directory}/heap.pb.gz", "{pprof}/heap?gc=1"]),
    ("goroutine", "curl",
     ["curl", "-sSf", "-o", "{directory}/goroutine.pb.gz", "{pprof}/goroutine"]),
    ("pprof -top", "go", ["go", "tool", "pprof", "-top", "{directory}/heap.pb.gz"]),
    ("lsof", "lsof", ["lsof", "-n", "-P", "-p", "{pid}"]),
    ("ps", "ps", ["ps", "-o", "pid,ppid,stat,nlwp,rss,time,args", "-p", "{pid}", "--ppid", "{pid}"]),
]
# One look at a program that is sick: the heap as it is, and lsof once for all questions.
MANUAL = [
    ("ps", "ps", ["ps", "-o", "pid,rss,vsz,%cpu,nlwp", "-p", "{pid}"]),
    ("pmap", "pmap", ["pmap", "-x", "{pid}"]),
    ("lsof", "lsof", ["lsof", "-n", "-P", "-p", "{pid}"]),
    *((name, "curl", ["curl", "-sSf", "-o", "{directory}/" + file, "{pprof}/" + path])
      for name, file, path in [("goroutine debug=1", "goroutine-1.txt", "goroutine?debug=1"),
                               ("goroutine debug=2", "goroutine-2.txt", "goroutine?debug=2"),
                               ("heap", "heap.pb.gz", "heap"),
                               ("heap debug=1", "heap-1.txt", "heap?debug=1"),
                               ("allocs", "allocs.pb.gz", "allocs")]),
    ("pprof -top", "go", ["go", "tool", "pprof", "-top", "{directory}/heap.pb.gz"]),
    ("pprof -top allocs", "go", ["go", "tool", "pprof", "-top", "{directory}/allocs.pb.gz"]),
    ("top", "top", ["top", "-H", "-b", "-d", "2", "-n", "2", "-p", "{pid}"]),
]


def missing(commands):
    """Names of commands whose tool is not on PATH; without curl pprof has nothing to read."""
    no_curl = shutil.which("curl") is None
    return [name for name, tool, _ in commands
            if shutil.which(tool) is None or no_curl and name.startswith("pprof")]


class ShellWay:
    def __init__(self, directory, pid, port, commands=None):
        self.commands = commands or COMMANDS
        self.values = {"directory": directory, "pid": pid,
                       "pprof": f"http://127.0.0.1:{port}/debug/pprof"}
        self.left_out = missing(self.commands)

    def sample(self):
        """Runs all of it once. Returns (began, ended) in monotonic seconds and seconds by name."""
        took = {}
        first = time.monotonic()
        for name, _, words in self.commands:
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
