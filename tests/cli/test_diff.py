"""leakgate diff: what grew between two profiles, held against go tool pprof's own numbers, and
between the rests of runs."""

import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest

from conftest import SOURCE
from journals import Journal
from standin import BINARY, PATIENCE, Standin

sys.path.append(f"{SOURCE}/tests/faults")
from wire import field  # pylint: disable=wrong-import-position

ALL = 1000000
LEFT_OUT = re.compile(r"^(?:Dropped|Left out) (\d+) \w+ \(cum <= (\S+)\)", re.M)
ROW = re.compile(r"\s*(\S+)\s+(\S+)%\s+(\S+)%\s+(\S+)\s+(\S+)%\s+(.*)")
LEAKS = "goroutine@tick,heap@tick:65536,slice@tick:4096,map@tick:64,cpu-rate@tick:20,burst@tick:20"

HEAP = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"]
# BEFORE, AFTER and what is asked for: 25 pairs.
PAIRS = [
    *[("heap-1", "heap-2", ["--sample-index", index]) for index in HEAP],
    *[("heap-1", "heap-3", ["--sample-index", index]) for index in HEAP],
    *[("heap-3", "heap-2", ["--diff-base", "--sample-index", index]) for index in HEAP],
    ("heap-2", "heap-3", []),
    ("heap-1", "heap-2", ["--cum"]),
    ("heap-1", "heap-3", ["--focus", "main\\."]),
    ("heap-1", "heap-3", ["--ignore", "net/http|flate"]),
    ("allocs-1", "allocs-3", []),
    ("allocs-1", "heap-2", ["--focus", "leak_.*\\.go$", "--diff-base", "--sample-index", "3"]),
    ("goroutine-1", "goroutine-2", []),
    ("goroutine-1", "goroutine-3", ["--diff-base"]),
    ("goroutine-2", "goroutine-3", ["--focus", "^main"]),
    ("cpu-1", "cpu-2", []),
    ("cpu-1", "cpu-3", ["--sample-index", "samples"]),
    ("cpu-2", "cpu-3", ["--focus", "runtime", "--diff-base"]),
    ("cpu-3", "cpu-1", ["--sample-index", "0"]),
]


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """Three of each kind, of a stand-in that leaks while it is left alone."""
    if shutil.which("go") is None or not BINARY.exists():
        pytest.skip("there is no go, or no stand-in (ci/build-standin)")
    folder = tmp_path_factory.mktemp("profiles")
    standin = Standin(tmp_path_factory.mktemp("home"), LEAKS, GODEBUG="memprofilerate=512")
    try:
        for number in (1, 2, 3):
            for kind, path in (("heap", "heap?gc=1"), ("allocs", "allocs?gc=1"), ("goroutine", "goroutine"),
                               ("cpu", "profile?seconds=2")):
                (folder / f"{kind}-{number}").write_bytes(standin.pprof(path))
    finally:
        standin.close()
    return folder


def pprof(folder, before, after, words):
    """What go tool pprof prints of the two: what table() reads of it."""
    options = {"--sample-index": "-sample_index", "--focus": "-focus", "--ignore": "-ignore",
               "--top": "-nodecount"}
    base = "-diff_base" if "--diff-base" in words else "-base"
    order = ["-cum"] if "--cum" in words or after.startswith("goroutine") else []
    words = [options.get(word, word) for word in words if word not in ("--diff-base", "--cum")]
    flags = [f"{name}={value}" for name, value in zip(words[::2], words[1::2])]
    shown = subprocess.run(
        ["go", "tool", "pprof", "-top", f"{base}={before}", *order, *flags, after],
        cwd=folder, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": "UTC"}).stdout
    return table(shown, "Showing nodes accounting for ")


def table(shown, says, extra=0):
    """The shares of the total, how many are left out under what, and (flat, flat%, sum%, cum, cum%,
    name) of each row."""
    lines = shown.splitlines()
    [header] = [line for line in lines if line.startswith(says)]
    start = next(i for i, line in enumerate(lines) if line.split()[:2] == ["flat", "flat%"])
    rows = []
    for line in lines[start + 1:]:
        *numbers, name = ROW.fullmatch(line).groups()
        if extra:
            name = name.split(None, extra)[extra]
        name = re.sub(r" \((partial-)?inline\)$", "", name.split("  ")[0])
        rows.append((*numbers, name))
    return header.removeprefix(says), LEFT_OUT.findall(shown), rows


@pytest.mark.parametrize("before, after, words", PAIRS)
def test_all_numbers_are_those_of_go_tool_pprof(leakgate, profiles, before, after, words):
    shown = leakgate("diff", profiles / before, profiles / after, *words, "--top", ALL)
    assert shown.returncode == 0, shown.stderr
    objects = "flat%   sum%        cum   cum%  function" not in shown.stdout
    assert objects == after.startswith(("heap", "allocs"))
    ours = table(shown.stdout, "Showing functions accounting for ", objects)
    theirs = pprof(profiles, before, after, words)
    assert ours == theirs
    assert len(ours[2]) > 1, "there is something to compare"


def test_the_largest_alone(leakgate, profiles):
    shown = leakgate("diff", profiles / "heap-1", profiles / "heap-3", "--top", 5)
    ours = table(shown.stdout, "Showing functions accounting for ", 1)
    assert ours == pprof(profiles, "heap-1", "heap-3", ["--top", "5"])
    assert len(ours[2]) == 5
    assert "Showing top 5 functions out of " in shown.stdout


def test_plain_and_gzip_are_one(leakgate, profiles):
    (profiles / "plain").write_bytes(gzip.decompress((profiles / "heap-3").read_bytes()))
    shown = leakgate("diff", profiles / "heap-3", profiles / "plain", "--json")
    assert json.loads(shown.stdout)["rows"] == []


def test_what_leaks_is_named_with_its_line(leakgate, profiles):
    shown = leakgate("diff", profiles / "goroutine-1", profiles / "goroutine-3", "--json")
    found = json.loads(shown.stdout)
    assert (found["type"], found["unit"]) == ("goroutine", "count")
    [leak] = [row for row in found["rows"] if row["function"].startswith("main.leakGoroutine")]
    assert leak["cum"] >= 4
    file, line = leak["where"].rsplit("/", 1)[1].split(":")
    text = pathlib.Path(SOURCE, "tests/standin", file).read_text(encoding="utf-8").splitlines()
    assert "<-" in text[int(line) - 1], "where it waits"
    shown = leakgate("diff", profiles / "heap-1", profiles / "heap-3", "--json")
    [leak] = [row for row in json.loads(shown.stdout)["rows"]
              if row["function"] == "main.leakHeap"]
    assert leak["flat"] == leak["objects"] * 65536 >= 4 * 65536
    assert re.search(r"leak.*\.go:\d+$", leak["where"])


def test_a_url_is_fetched(leakgate, tmp_path):
    if not BINARY.exists():
        pytest.skip("there is no stand-in (ci/build-standin)")
    standin = Standin(tmp_path / "home", "goroutine@tick")
    try:
        first = tmp_path / "first.pb.gz"
        first.write_bytes(standin.pprof("goroutine"))
        address = f"http://127.0.0.1:{standin.port}/debug/pprof"
        deadline = time.monotonic() + PATIENCE
        while True:
            shown = leakgate("diff", first, f"{address}/goroutine", "--json")
            assert shown.returncode == 0, shown.stderr
            grown = [row for row in json.loads(shown.stdout)["rows"] if row["cum"] >= 2]
            if any("leakGoroutine" in row["function"] for row in grown):
                break
            assert time.monotonic() < deadline
        wrong = leakgate("diff", first, f"{address}/nothing")
        assert (wrong.returncode, "HTTP status 404" in wrong.stderr) == (5, True)
        cmdline = leakgate("diff", first, f"{address}/cmdline")
        assert cmdline.returncode == 5
    finally:
        standin.close()
    gone = leakgate("diff", first, f"{address}/goroutine")
    assert (gone.returncode, gone.stderr.count("\n")) == (5, 1)


# --- What is no profile ---

def made(kind=b"n", unit=b"count", period=1):
    """The smallest profile: one stack that holds one."""
    strings = [b"", kind, unit, b"main.f"]
    return b"".join([
        field(1, field(1, 1) + field(2, 2)),
        field(2, field(1, 1) + field(2, 1)),
        field(4, field(1, 1) + field(4, field(1, 1) + field(2, 7))),
        field(5, field(1, 1) + field(2, 3)),
        *[field(6, string) for string in strings],
        field(11, field(1, 1) + field(2, 2)),
        field(12, period)])


WRONG = [
    ("", "it is empty"),
    (b"<html>404</html>", "not a profile as pprof writes it, but text"),
    (b"heap profile: 1: 2 [3: 4] @ heap/5\n", "fetch it without debug=1"),
    (b"go 1.26 trace\0\0\0", "go tool trace"),
    (gzip.compress(made())[:-9], "the gzip data is cut off"),
    (gzip.compress(b""), "it is empty"),
    (gzip.compress(b"\0" * (130 << 20)), "inflates to more than the limit of 134217728 bytes"),
    (made(kind=b"m"), "of two kinds: n before, and m after"),
    (made(unit=b"bytes"), "different units: n is in count before, and in bytes after"),
    (made(period=2), "sampled at different rates: one in 1 count before, and one in 2 count after"),
    (made()[:-3], "damaged"),
]


@pytest.mark.parametrize("content, says", WRONG)
def test_what_is_no_profile_is_refused(leakgate, tmp_path, content, says):
    (tmp_path / "right").write_bytes(made())
    (tmp_path / "wrong").write_bytes(content or b"")
    shown = leakgate("diff", "right", "wrong")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert says in shown.stderr
    assert "wrong" in shown.stderr or "before" in shown.stderr, "it is named"
    assert shown.stderr.count("\n") == 1, "one sentence"


def test_200_megabytes_are_refused_in_bounded_memory(leakgate, tmp_path):
    (tmp_path / "right").write_bytes(made())
    with open(tmp_path / "large", "wb") as large:
        large.truncate(200 << 20)
    shown = leakgate("diff", "large", "right")
    assert shown.returncode == 2
    assert "large is larger than the limit of 134217728 bytes" in shown.stderr


def test_what_is_no_file_is_refused(leakgate, tmp_path):
    (tmp_path / "right").write_bytes(made())
    os.mkfifo(tmp_path / "pipe")
    for name, says in (("pipe", "not a regular file"), ("missing", "No such file"),
                       ("http://example.org/x", "must be http://127.0.0.1:PORT/debug/pprof/"),
                       ("https://127.0.0.1:1/x", "must be http://127.0.0.1:PORT/debug/pprof/"),
                       ("http://127.0.0.1:6060", "must be http://127.0.0.1:PORT/debug/pprof/")):
        shown = leakgate("diff", "right", name)
        assert (shown.returncode, shown.stderr.count("\n")) == (2, 1), shown.stderr
        assert says in shown.stderr


@pytest.mark.parametrize("words, says", [
    ([], "diff takes BEFORE and AFTER"),
    (["a", "a", "a"], "diff takes BEFORE and AFTER"),
    (["a"], "a profile is compared with another one"),
    (["a", "."], "a is a profile, and . a report"),
    (["a", "a", "--focus", "("], "--focus: the regular expression"),
    (["a", "a", "--sample-index", "cpu"], 'no values "cpu"; it has n, or 0 to 0'),
    (["journal.jsonl", "--focus", "x"], "--focus is for profiles"),
    (["journal.jsonl"], "journal.jsonl"),
    (["."], "is not a report"),
])
def test_a_wrong_call(leakgate, tmp_path, words, says):
    (tmp_path / "a").write_bytes(made())
    shown = leakgate("diff", *words)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert says in shown.stderr, shown.stderr


def test_a_filter_that_matches_nothing_is_told(leakgate, tmp_path):
    (tmp_path / "a").write_bytes(made())
    shown = leakgate("diff", "a", "a", "--focus", "nothing", "--ignore", "nobody")
    assert shown.returncode == 0
    assert shown.stderr == ("leakgate: --focus matches no frame\n"
                            "leakgate: --ignore matches no frame\n")


# --- Reports and journals ---

def report(leakgate, name, leak, scenarios=("s",)):
    directory = leakgate.directory / name
    for scenario in scenarios:
        Journal(scenario).measured(lambda i: {"file": 3, "socket": 1 + i // leak},
                                   drained={"file": 3, "socket": 1 + 42 // leak}).end().write(directory)
    return directory


def differences(shown):
    assert shown.returncode == 0, shown.stderr
    [scenario] = json.loads(shown.stdout)["scenarios"]
    return {f"{row['gauge']} {row['holder']}": (row["count"]["before"], row["count"]["after"])
            for row in scenario["holders"]}


def test_a_report_from_its_first_rest_to_its_last(leakgate):
    directory = report(leakgate, "one", 2)
    assert differences(leakgate("diff", directory, "--json")) == {"fd socket": (1, 22)}
    journal = directory / "s/journal.jsonl"
    assert differences(leakgate("diff", journal, "--json")) == {"fd socket": (1, 22)}
    shown = leakgate("diff", directory).stdout
    assert "s: from the first rest to the last, " in shown
    assert re.search(r"^fd +4 +25 +\+21", shown, re.M)
    assert re.search(r"^fd +1 +22 +\+21\S* +socket$", shown, re.M)


def test_two_reports_by_their_last_rests(leakgate):
    one, other = report(leakgate, "one", 2), report(leakgate, "other", 3, ["s", "t"])
    shown = leakgate("diff", one, other, "--json")
    assert differences(shown) == {"fd socket": (22, 15)}
    assert json.loads(shown.stdout)["alone"] == [f"t is in {other} alone"]
    again = leakgate("diff", one / "s/journal.jsonl", other / "s/journal.jsonl", "--json")
    assert differences(again) == {"fd socket": (22, 15)}
    assert "No holder differs" in leakgate("diff", one, one).stdout


def test_no_scenario_in_common(leakgate):
    one, other = report(leakgate, "one", 2), report(leakgate, "other", 3, ["t"])
    shown = leakgate("diff", one, other)
    assert (shown.returncode, "no scenario in common" in shown.stderr) == (2, True)
