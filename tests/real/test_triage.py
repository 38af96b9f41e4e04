"""One look at the real Sidecar: a sound one shows no sign, and a lock on its tasks is seen."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(SOURCE / "tests" / "cli"))
from standin import Standin, until  # pylint: disable=wrong-import-position


@pytest.fixture
def start(sidecar, tmp_path):
    """Starts it on an empty repository, in a home of its own."""
    started = []

    def begin(tasks=False):
        configuration = tmp_path / ".config" / "sidecar" / "config.json"
        configuration.parent.mkdir(parents=True)
        configuration.write_text(json.dumps({
            "projects": {"list": [{"name": "p1", "path": str(tmp_path / "p1")}]},
            "plugins": {"td-monitor": {"enabled": tasks}}}), encoding="utf-8")
        subprocess.run(["git", "init", "--quiet", tmp_path / "p1"], check=True)
        apart = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower())
                 for kind in ("STATE", "CACHE", "DATA")}
        started.append(Standin(tmp_path, binary=sidecar, TMUX_TMPDIR=str(tmp_path),
                               SIDECAR_RELEASE_API_BASE="http://127.0.0.1:1", **apart))
        until(lambda: started[-1].port)
        return started[-1]

    yield begin
    for target in started:
        target.close()


def triage(target, *words):
    shown = subprocess.run([os.environ["LEAKGATE_BIN"], "triage", str(target.pid), "--json", *words,
                            "--scenarios", SOURCE / "scenarios"], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=60, check=False, encoding="utf-8")
    assert shown.stderr == ""
    return json.loads(shown.stdout)


def rests(target):
    """Less than a tenth of a core over a second; its start may well take a whole one."""
    def used():
        return sum(map(int, target.proc("stat").read_text("utf-8").rsplit(")", 1)[1].split()[11:13]))

    before = used()
    time.sleep(1)
    return used() - before < os.sysconf("SC_CLK_TCK") / 10


def test_a_sound_one(start):
    target = start()
    until(lambda: rests(target))
    found = triage(target)
    assert (found["flags"], found["unseen"]) == ([], [])
    assert found["process"]["module"] == "github.com/marcus/sidecar"
    parts = found["parts"]
    assert 15 <= parts["goroutines"]["total"] <= 60
    assert 10 <= parts["descriptors"]["total"] <= 40
    assert parts["descriptors"]["kinds"]["inotify"] >= 1
    assert parts["memory"]["heap_inuse"] is None  # of so small a heap nobody asks
    memory = triage(target, "--gc")["parts"]["memory"]
    assert 0 < memory["heap_inuse"] < memory["rss"]


def test_a_lock_on_its_tasks(start, tmp_path):
    td = shutil.which("td")
    if td is None:
        pytest.skip("there is no td on PATH")
    (tmp_path / "p1").mkdir()
    subprocess.run([td, "init"], cwd=tmp_path / "p1", check=True, stdin=subprocess.DEVNULL,
                   env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, capture_output=True)
    path = tmp_path / "p1" / ".todos" / "issues.db"
    target = start(tasks=True)
    until(lambda: target.held("issues.db"))
    database = sqlite3.connect(path, isolation_level=None, timeout=30)
    database.execute("begin immediate")
    [flag] = triage(target)["flags"]
    database.close()
    assert flag["name"] == "sqlite_locked"
    assert flag["what"].startswith(f"{path}, ") and f"({os.getpid()})" in flag["what"]
